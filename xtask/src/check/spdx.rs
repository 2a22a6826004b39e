//! Licence expressions (SPDX 3.0, annex B): `OR`, `AND`, `WITH` and brackets, and the `/` that old
//! manifests use for `OR`.

/// Whether the licences that are accepted are enough for the expression. An expression that cannot
/// be read is never satisfied.
pub(crate) fn is_satisfied(expression: &str, accepts: impl Fn(&str) -> bool) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader {
        words: &words,
        accepts: &accepts,
    };
    reader.any() == Some(true) && reader.words.is_empty()
}

struct Reader<'a> {
    words: &'a [&'a str],
    accepts: &'a dyn Fn(&str) -> bool,
}

impl<'a> Reader<'a> {
    /// `AND` binds closer than `OR`.
    fn any(&mut self) -> Option<bool> {
        let mut satisfied = self.all()?;
        while self.take("OR") {
            satisfied |= self.all()?;
        }
        Some(satisfied)
    }

    fn all(&mut self) -> Option<bool> {
        let mut satisfied = self.one()?;
        while self.take("AND") {
            satisfied &= self.one()?;
        }
        Some(satisfied)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let satisfied = self.any()?;
            return self.take(")").then_some(satisfied);
        }
        let licence = self.word()?;
        if self.take("WITH") {
            let exception = self.word()?;
            return Some((self.accepts)(&format!("{licence} WITH {exception}")));
        }
        Some((self.accepts)(licence))
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.words.first() == Some(&word);
        if found {
            self.words = &self.words[1..];
        }
        found
    }

    fn word(&mut self) -> Option<&'a str> {
        let (&first, rest) = self.words.split_first()?;
        if matches!(first, "OR" | "AND" | "WITH" | "(" | ")") {
            return None;
        }
        self.words = rest;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, expected: bool) {
        let accepts =
            |licence: &str| ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].contains(&licence);
        assert_eq!(is_satisfied(expression, accepts), expected, "{expression}");
    }

    #[test]
    fn one_of_a_choice_is_enough_and_all_of_a_sum_are_needed() {
        check("MIT", true);
        check("GPL-3.0-only", false);
        check("GPL-3.0-only OR MIT", true);
        check("Unlicense/MIT", true);
        check("GPL-3.0-only AND MIT", false);
        check("ISC AND MIT", true);
    }

    #[test]
    fn and_binds_closer_than_or_unless_brackets_say_otherwise() {
        check("MIT OR ISC AND GPL-3.0-only", true);
        check("(MIT OR ISC) AND GPL-3.0-only", false);
    }

    #[test]
    fn a_licence_with_an_exception_is_a_licence_of_its_own() {
        check("Apache-2.0 WITH LLVM-exception", true);
        check("Apache-2.0", false);
        check("MIT WITH LLVM-exception", false);
    }

    #[test]
    fn what_cannot_be_read_is_not_satisfied() {
        for broken in ["", "(MIT", "MIT)", "MIT ISC", "OR MIT", "MIT WITH"] {
            check(broken, false);
        }
    }
}
