//! English.

use super::{Language, Verdict};

pub(super) const LANGUAGE: Language = Language {
    tag: "en",
    right_to_left: false,
    subject: "A safety notice from {service} about accounts you were in contact with",
    happened: "We have closed {accounts} on {service} that were not what they seemed. They belonged \
               together, looked like ordinary people, and were used to win the trust of others. \
               You were in contact with at least one of them, so we are telling you.",
    accounts: |count| {
        if count == 1 {
            "1 account".into()
        } else {
            format!("{count} accounts")
        }
    },
    means: [
        "What this means: one of them looked at your profile, asked to connect with you, or wrote \
         to you without an answer. We know of nothing more.",
        "What this means: you were connected with one of them, so it may have seen what you show \
         to your contacts. We know of nothing more.",
        "What this means: you and one of them wrote to each other. What you told it may be known \
         to the people behind it.",
        "What this means: you followed a link or opened a file that one of them sent you. It may \
         have been harmless, and it may have put software on your device or asked for a password.",
    ],
    to_do: "What you can do:",
    steps: [
        &[
            "You need not do anything at once.",
            "When a stranger asks to connect, check who they are by another way before you agree.",
            "If somebody continues such a contact elsewhere, do not open what they send, and report it.",
        ],
        &[
            "Look at what your profile shows to contacts: employer, address, telephone number.",
            "Be careful with messages from people you met through that contact.",
            "If somebody continues such a contact elsewhere, do not open what they send, and report it.",
        ],
        &[
            "Think of what you told them, of your work above all, and tell your employer's security \
             team if it matters.",
            "Do not open links or files from that conversation, by whatever way they come.",
            "If you gave a password or a code, change it now and turn on two-step sign-in.",
            "If somebody continues the conversation elsewhere, do not answer, and report it.",
        ],
        &[
            "Do not open that link or file again.",
            "If it was a work device, tell your employer's security team today and show them this notice.",
            "Have the device checked with up-to-date security software, or by somebody you trust with it.",
            "From another device, change the passwords you used since then, your mail's first, and \
             turn on two-step sign-in.",
            "If somebody continues the conversation elsewhere, do not answer, and report it.",
        ],
    ],
    not: "What this does not mean: you have done nothing wrong, your account stays as it is, and \
          nobody accuses you of anything.",
    genuine: "How to check that this notice is genuine: it holds no link, and we never ask for your \
              password. Open {service} the way you always do, go to its help pages from there, and \
              ask about case {case}.",
    number: "Your case number: {case}",
    granted: Verdict {
        subject: "{service}: your appeal was granted",
        paragraphs: &[
            "You objected to what we did to your account on {service}. Somebody who had no part in that \
             decision looked at it again, and you were right. We have undone what we did to the account, as \
             far as nobody has changed it since. We are sorry.",
        ],
    },
    rejected: Verdict {
        subject: "{service}: your appeal was not granted",
        paragraphs: &[
            "You objected to what we did to your account on {service}. Somebody who had no part in that \
             decision looked at it again, and it stands.",
            "What you can still do: turn to a certified out-of-court dispute settlement body where the law \
             gives you one, or to a court.",
        ],
    },
    reason: "The reason, in the words of whoever decided:",
};
