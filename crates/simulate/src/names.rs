//! Names made of syllables: nobody's, in the scripts of the languages people speak.

use crate::chance::Chance;
use crate::geography::Language;

/// A name in Latin letters (for addresses) and as its holder writes it.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) latin: String,
    pub(crate) written: String,
}

/// The given names and surnames in use in one language. Early ones are common, late ones rare.
pub(crate) struct NameBook {
    given: Vec<Name>,
    surnames: Vec<Name>,
}

type Syllables = &'static [(&'static str, &'static str)];

const EN: Syllables = &[
    ("al", "al"),
    ("ber", "ber"),
    ("cor", "cor"),
    ("da", "da"),
    ("el", "el"),
    ("fen", "fen"),
    ("gar", "gar"),
    ("hol", "hol"),
    ("in", "in"),
    ("ja", "ja"),
    ("ken", "ken"),
    ("lor", "lor"),
    ("mi", "mi"),
    ("nor", "nor"),
    ("ol", "ol"),
    ("per", "per"),
    ("ris", "ris"),
    ("sa", "sa"),
    ("tam", "tam"),
    ("vin", "vin"),
    ("wen", "wen"),
    ("ley", "ley"),
    ("ton", "ton"),
    ("mar", "mar"),
];
const DE: Syllables = &[
    ("ah", "ah"),
    ("bre", "bre"),
    ("det", "det"),
    ("ei", "ei"),
    ("fried", "fried"),
    ("gun", "gun"),
    ("hart", "hart"),
    ("jo", "jo"),
    ("kla", "kla"),
    ("lue", "lü"),
    ("moe", "mö"),
    ("neu", "neu"),
    ("ol", "ol"),
    ("rei", "rei"),
    ("sieg", "sieg"),
    ("trau", "trau"),
    ("ul", "ul"),
    ("wald", "wald"),
];
const PL: Syllables = &[
    ("bar", "bar"),
    ("cze", "cze"),
    ("da", "da"),
    ("go", "go"),
    ("ja", "ja"),
    ("kry", "kry"),
    ("lu", "łu"),
    ("mi", "mi"),
    ("no", "no"),
    ("pie", "pie"),
    ("ra", "rą"),
    ("slaw", "sław"),
    ("sta", "sta"),
    ("sza", "szą"),
    ("to", "to"),
    ("wie", "wie"),
    ("wor", "wór"),
    ("za", "żą"),
];
const RU: Syllables = &[
    ("an", "ан"),
    ("bo", "бо"),
    ("ve", "ве"),
    ("gri", "гри"),
    ("do", "до"),
    ("zha", "жа"),
    ("zo", "зо"),
    ("ki", "ки"),
    ("lyu", "лю"),
    ("mi", "ми"),
    ("na", "на"),
    ("pro", "про"),
    ("ra", "ра"),
    ("svet", "свет"),
    ("ti", "ти"),
    ("fe", "фе"),
    ("ya", "я"),
    ("slav", "слав"),
];
const AR: Syllables = &[
    ("ba", "با"),
    ("ta", "تا"),
    ("ja", "جا"),
    ("ha", "حا"),
    ("da", "دا"),
    ("ra", "را"),
    ("zi", "زي"),
    ("sa", "سا"),
    ("shi", "شي"),
    ("fa", "فا"),
    ("qa", "قا"),
    ("ka", "كا"),
    ("li", "لي"),
    ("mu", "مو"),
    ("na", "نا"),
    ("wa", "وا"),
    ("ya", "يا"),
    ("nu", "نو"),
];
const HE: Syllables = &[
    ("ba", "בא"),
    ("ga", "גא"),
    ("do", "דו"),
    ("ze", "זה"),
    ("ta", "טא"),
    ("yo", "יו"),
    ("ka", "קא"),
    ("li", "לי"),
    ("mi", "מי"),
    ("no", "נו"),
    ("sa", "סא"),
    ("ra", "רא"),
    ("shi", "שי"),
    ("to", "תו"),
    ("el", "אל"),
    ("or", "אור"),
];
const FA: Syllables = &[
    ("ba", "با"),
    ("pa", "پا"),
    ("che", "چه"),
    ("da", "دا"),
    ("ra", "را"),
    ("zha", "ژا"),
    ("su", "سو"),
    ("sha", "شا"),
    ("fa", "فا"),
    ("ku", "کو"),
    ("go", "گو"),
    ("li", "لی"),
    ("mi", "می"),
    ("no", "نو"),
    ("ya", "یا"),
    ("mehr", "مهر"),
];

fn syllables(language: Language) -> Syllables {
    match language {
        Language::En => EN,
        Language::De => DE,
        Language::Pl => PL,
        Language::Ru => RU,
        Language::Ar => AR,
        Language::He => HE,
        Language::Fa => FA,
    }
}

impl NameBook {
    /// The names of a language, in one world.
    pub(crate) fn new(chance: &mut Chance, language: Language) -> Self {
        let syllables = syllables(language);
        let mut names = |how_many: usize, longest: i64| {
            (0..how_many)
                .map(|_| {
                    let length = chance.between(2, longest);
                    compose(chance, syllables, length)
                })
                .collect()
        };
        Self {
            given: names(160, 2),
            surnames: names(1_200, 3),
        }
    }

    /// A given name; common ones come often.
    pub(crate) fn given(&self, chance: &mut Chance) -> &Name {
        &self.given[chance.skewed(self.given.len())]
    }

    /// A surname; common ones come often.
    pub(crate) fn surname(&self, chance: &mut Chance) -> &Name {
        &self.surnames[chance.skewed(self.surnames.len())]
    }
}

/// An invented word in Latin letters, for firms, projects and sites.
pub(crate) fn invented_word(chance: &mut Chance) -> String {
    let length = chance.between(2, 3);
    compose(chance, EN, length).latin
}

fn compose(chance: &mut Chance, syllables: Syllables, length: i64) -> Name {
    let mut latin = String::new();
    let mut written = String::new();
    for _ in 0..length {
        let (plain, native) = chance.pick(syllables);
        latin.push_str(plain);
        written.push_str(native);
    }
    Name {
        written: capitalised(&written),
        latin,
    }
}

/// The word with a capital first letter, in scripts that have capitals.
pub(crate) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
