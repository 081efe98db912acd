"""Public label sets: what `lstmkit data fetch public` brings, and nothing of it ships.

Sizes and sums are those of the files at these commits, read from stored snapshots of the
repositories; the addresses themselves were not asked while this was written.
"""

from lstmkit.downloads.remote import RemoteFile, Source

GITHUB = "https://raw.githubusercontent.com/"
TWEETEVAL = GITHUB + "cardiffnlp/tweeteval/4fbd22cd78421f05b1ecdb4fc5725bc7a7bd8f66/datasets/"
GOEMOTIONS = GITHUB + "monologg/GoEmotions-pytorch/b75f9d3a8b76bc1060687925b04ca98a1b8ea66b/data/"
SMS = GITHUB + "krishnaik06/Huggingfacetransformer/8e97d009508252d1a31ac1fdbd2722f310d99d92/"

PUBLIC = Source(
    name="public",
    what="public label sets: emotion, irony and emoji of TweetEval, GoEmotions, SMS spam",
    licence="their owners': see TweetEval, GoEmotions (Apache 2.0) and the SMS Spam Collection",
    files=(
        RemoteFile(
            "tweeteval_emotion_train_text.txt",
            TWEETEVAL + "emotion/train_text.txt",
            306_630,
            "2c62f67aeb3eac1aea0e5a9c3d0f4bc337992581f3f858061786a1fb4d79d95e",
        ),
        RemoteFile(
            "tweeteval_emotion_train_labels.txt",
            TWEETEVAL + "emotion/train_labels.txt",
            6_514,
            "987e767d8679e18abdf7de37a6d2bcd0a40a296ddd704e8d515cf0e3033c8d9c",
        ),
        RemoteFile(
            "tweeteval_emotion_val_text.txt",
            TWEETEVAL + "emotion/val_text.txt",
            34_556,
            "e2e30c86b8cbb97944d6543aedc06eace3bb275cb2f381aba787b838b4f23ca5",
        ),
        RemoteFile(
            "tweeteval_emotion_val_labels.txt",
            TWEETEVAL + "emotion/val_labels.txt",
            748,
            "313730630160b7e0a6b4235b800c76683f4aeeb72d094eb69646630cd5cfe338",
        ),
        RemoteFile(
            "tweeteval_emotion_test_text.txt",
            TWEETEVAL + "emotion/test_text.txt",
            132_523,
            "7e1070f5d3e3fcece5bc73680bff9981e90d8f7b2f1009bfe7a01d059d1c6091",
        ),
        RemoteFile(
            "tweeteval_emotion_test_labels.txt",
            TWEETEVAL + "emotion/test_labels.txt",
            2_842,
            "245072348c711961785be6d395997f97cf7fcda3effeae7805664171dc75f913",
        ),
        RemoteFile(
            "tweeteval_irony_train_text.txt",
            TWEETEVAL + "irony/train_text.txt",
            231_594,
            "a888125a44f7dfaa25b026318748d0e62cc9a300d20f66eafd62011a19eaea23",
        ),
        RemoteFile(
            "tweeteval_irony_train_labels.txt",
            TWEETEVAL + "irony/train_labels.txt",
            5_724,
            "fc69e6106c0f1f433a91536e08f83c71a391d7b219f7684d42f243a8089af77d",
        ),
        RemoteFile(
            "tweeteval_irony_val_text.txt",
            TWEETEVAL + "irony/val_text.txt",
            76_760,
            "8806cf3793e300a485cfae34892fc3a0a2f9a183deb06c750c6531515c83051e",
        ),
        RemoteFile(
            "tweeteval_irony_val_labels.txt",
            TWEETEVAL + "irony/val_labels.txt",
            1_910,
            "ccf429f63b4e8d0e7f425ca09445f7c31f7cea8a1b7c283b015b117c4002fd07",
        ),
        RemoteFile(
            "tweeteval_irony_test_text.txt",
            TWEETEVAL + "irony/test_text.txt",
            68_057,
            "53103da934a7308eee82f05f2a9781a8ea3e88604fdc1e02d3101108505c64be",
        ),
        RemoteFile(
            "tweeteval_irony_test_labels.txt",
            TWEETEVAL + "irony/test_labels.txt",
            1_568,
            "08e2095e1725e74907a380614c220204e356bb46e3e8c93deb74e83e5b15ab38",
        ),
        RemoteFile(
            "tweeteval_emoji_train_text.txt",
            TWEETEVAL + "emoji/train_text.txt",
            3_353_167,
            "eacb6b0ee1fe2803d72a009c2e731fe07659f604318a979951d2f07c23c564a1",
        ),
        RemoteFile(
            "tweeteval_emoji_val_text.txt",
            TWEETEVAL + "emoji/val_text.txt",
            341_079,
            "3bc3742d6af404cea792671878684d110f3bc02fd79a2e34643789a521d81a26",
        ),
        RemoteFile(
            "goemotions_train.tsv",
            GOEMOTIONS + "original/train.tsv",
            3_519_053,
            "1c254a142be5c00e80d819b9ae1bbd36d94b2eeb8f4b1271846508d57e57d9c5",
        ),
        RemoteFile(
            "goemotions_dev.tsv",
            GOEMOTIONS + "original/dev.tsv",
            439_059,
            "575489c079c9de1097062a01738f998590d6b7ead66dd1c9fd1d2ba01fd8bc62",
        ),
        RemoteFile(
            "goemotions_test.tsv",
            GOEMOTIONS + "original/test.tsv",
            436_706,
            "0587b2dd8b27b97352adbfc3fb083d46005c8946657fdc2b1ca8b1cc7f1f8be4",
        ),
        RemoteFile(
            "goemotions_labels.txt",
            GOEMOTIONS + "original/labels.txt",
            248,
            "45c3ef86782d2a4d7fedcd6d8c111aa0d0e94720689bd164fac94fefb4495a89",
        ),
        RemoteFile(
            "sms_spam.tsv",
            SMS + "SMSSpamCollection",
            483_481,
            "55341228082b25b832a5868a5ab4b038142a57f70c676c123280af6ff457fe46",
        ),
    ),
    next_command="python tests/benchmarks/bench_public.py",
)
