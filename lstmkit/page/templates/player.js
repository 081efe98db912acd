const VOICES = {
  lead: { wave: "triangle", gain: 0.34, release: 0.08 },
  chords: { wave: "sine", gain: 0.12, release: 0.2 },
  bass: { wave: "sawtooth", gain: 0.2, release: 0.08, cutoff: 420 },
};
const AHEAD = 0.4;

class Player {
  constructor(box) {
    const piece = JSON.parse(box.querySelector("script.piece").textContent);
    const [button, seek, clock] = [".play", ".seek", ".clock"].map((name) => box.querySelector(name));
    const voices = Array.from(box.querySelectorAll(".voice input"));
    const chosen = new Set(voices.map((voice) => voice.value));
    const { notes, seconds } = piece;
    Object.assign(this, { notes, seconds, button, seek, clock, chosen, next: 0, at: 0, timer: null });
    this.roll = new Roll(box.querySelector(".roll"), piece, chosen);
    this.roll.onjump = (at) => this.jump(at);
    button.onclick = () => (this.timer ? this.pause() : this.play());
    seek.oninput = () => this.jump(Number(seek.value));
    for (const voice of voices) {
      voice.onchange = () => {
        chosen[voice.checked ? "add" : "delete"](voice.value);
        this.roll.draw();
        this.jump(this.at);
      };
    }
  }

  play() {
    this.audio ??= new AudioContext();
    this.audio.resume();
    this.output = this.audio.createGain();
    this.output.gain.value = 0.8;
    const limiter = this.audio.createDynamicsCompressor();
    this.output.connect(limiter).connect(this.audio.destination);
    if (this.at >= this.seconds) this.at = 0;
    this.began = this.audio.currentTime + 0.05 - this.at;
    this.next = this.notes.findIndex((note) => note[0] >= this.at - 0.001);
    if (this.next < 0) this.next = this.notes.length;
    this.timer = setInterval(() => this.tick(), 50);
    this.button.textContent = "Pause";
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.output?.disconnect();
    this.button.textContent = "Play";
  }

  jump(seconds) {
    const sounding = this.timer !== null;
    if (sounding) this.pause();
    this.at = seconds;
    this.show();
    if (sounding) this.play();
  }

  tick() {
    this.at = Math.max(0, this.audio.currentTime - this.began);
    while (this.next < this.notes.length && this.notes[this.next][0] < this.at + AHEAD) {
      const note = this.notes[this.next++];
      if (this.chosen.has(note[4])) this.sound(note);
    }
    if (this.at >= this.seconds + 0.3) { this.pause(); this.at = 0; }
    this.show();
  }

  show() {
    this.seek.value = this.at;
    const whole = Math.floor(this.at);
    this.clock.textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
    this.roll.show(this.at);
  }

  sound([onset, duration, pitch, loudness, voice]) {
    const start = Math.max(this.began + onset, this.audio.currentTime);
    const gain = this.audio.createGain();
    gain.connect(this.output);
    const { source, peak, stop } = voice === "drums"
      ? this.strike(gain, start, pitch, loudness)
      : this.tone(gain, start, duration, pitch, loudness, VOICES[voice] ?? VOICES.lead);
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(peak, start + 0.008);
    source.start(start);
    source.stop(stop);
    source.onended = () => gain.disconnect();
  }

  tone(gain, start, duration, pitch, loudness, { wave, gain: level, release, cutoff }) {
    const source = this.audio.createOscillator();
    source.type = wave;
    source.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
    if (cutoff) {
      const filter = this.audio.createBiquadFilter();
      filter.frequency.value = cutoff;
      source.connect(filter).connect(gain);
    } else {
      source.connect(gain);
    }
    const peak = level * (0.25 + 0.75 * loudness), end = start + Math.max(duration, 0.05);
    gain.gain.setTargetAtTime(peak * 0.6, start + 0.02, 0.25);
    gain.gain.setTargetAtTime(0, end, release / 3);
    return { source, peak, stop: end + release * 2 };
  }

  strike(gain, start, pitch, loudness) {
    if (!this.noise) {
      this.noise = this.audio.createBuffer(1, this.audio.sampleRate / 2, this.audio.sampleRate);
      const samples = this.noise.getChannelData(0);
      for (let i = 0; i < samples.length; i++) samples[i] = Math.random() * 2 - 1;
    }
    const source = this.audio.createBufferSource();
    source.buffer = this.noise;
    const filter = this.audio.createBiquadFilter();
    filter.type = pitch < 37 ? "lowpass" : "highpass";
    filter.frequency.value = pitch < 37 ? 160 : 5000;
    source.connect(filter).connect(gain);
    gain.gain.setTargetAtTime(0, start + 0.01, pitch < 41 ? 0.06 : 0.03);
    return { source, peak: 0.25 * loudness, stop: start + 0.3 };
  }
}

window.players = Array.from(document.querySelectorAll("section.player"), (box) => new Player(box));
