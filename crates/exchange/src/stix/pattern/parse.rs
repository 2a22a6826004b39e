//! The grammar.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::RegexBuilder;
use unicode_normalization::UnicodeNormalization as _;

use super::PatternError;
use super::lex::{Token, tokens};
use super::syntax::{Comparison, Expression, Literal, Operator, Qualifier, Step, Test};
use crate::stix::time;

/// Brackets may stand in brackets so often.
const DEEPEST: usize = 100;
/// A path has at most so many steps.
const LONGEST_PATH: usize = 100;
/// At most so many regular expressions of one pattern are carried out.
const MOST_EXPRESSIONS: usize = 64;
/// One of them takes at most so many bytes.
const EXPRESSION_BYTES: usize = 1 << 18;

const KEYWORDS: [&str; 20] = [
    "AND",
    "OR",
    "NOT",
    "FOLLOWEDBY",
    "LIKE",
    "MATCHES",
    "ISSUPERSET",
    "ISSUBSET",
    "EXISTS",
    "LAST",
    "IN",
    "START",
    "STOP",
    "SECONDS",
    "true",
    "false",
    "WITHIN",
    "REPEATS",
    "TIMES",
    "MATCH",
];

/// What was read: the pattern, and what of it cannot be carried out here.
pub(super) struct Parsed {
    pub(super) expression: Expression,
    pub(super) unsupported: Vec<String>,
}

pub(super) fn parse(pattern: &str) -> Result<Parsed, PatternError> {
    let tokens = tokens(pattern)?;
    let mut parser = Parser {
        end: pattern.len(),
        tokens,
        place: 0,
        depth: 0,
        expressions: 0,
        unsupported: Vec::new(),
    };
    let expression = parser.followed_by()?;
    match parser.peek() {
        None => Ok(Parsed {
            expression,
            unsupported: parser.unsupported,
        }),
        Some(_) => Err(parser.wrong("the pattern should end here")),
    }
}

struct Parser<'p> {
    tokens: Vec<(usize, Token<'p>)>,
    end: usize,
    place: usize,
    depth: usize,
    expressions: usize,
    unsupported: Vec<String>,
}

impl<'p> Parser<'p> {
    fn peek(&self) -> Option<&Token<'p>> {
        self.tokens.get(self.place).map(|(_, token)| token)
    }

    fn wrong(&self, what: &'static str) -> PatternError {
        let at = self.tokens.get(self.place).map_or(self.end, |(at, _)| *at);
        PatternError::at(at, what)
    }

    fn has_mark(&mut self, mark: &str) -> bool {
        let has = matches!(self.peek(), Some(Token::Mark(found)) if *found == mark);
        self.place += usize::from(has);
        has
    }

    fn mark(&mut self, mark: &str, what: &'static str) -> Result<(), PatternError> {
        if self.has_mark(mark) {
            Ok(())
        } else {
            Err(self.wrong(what))
        }
    }

    fn has_word(&mut self, word: &str) -> bool {
        let has = matches!(self.peek(), Some(Token::Word(found)) if *found == word);
        self.place += usize::from(has);
        has
    }

    fn word(&mut self, word: &str, what: &'static str) -> Result<(), PatternError> {
        if self.has_word(word) {
            Ok(())
        } else {
            Err(self.wrong(what))
        }
    }

    /// One or several, divided by a word.
    fn several<T>(
        &mut self,
        word: &str,
        mut one: impl FnMut(&mut Self) -> Result<T, PatternError>,
        all: impl FnOnce(Vec<T>) -> T,
    ) -> Result<T, PatternError> {
        let first = one(self)?;
        if !self.has_word(word) {
            return Ok(first);
        }
        let mut several = vec![first, one(self)?];
        while self.has_word(word) {
            several.push(one(self)?);
        }
        Ok(all(several))
    }

    fn deeper<T>(
        &mut self,
        within: impl FnOnce(&mut Self) -> Result<T, PatternError>,
    ) -> Result<T, PatternError> {
        if self.depth == DEEPEST {
            return Err(self.wrong("there are more than 100 brackets within brackets"));
        }
        self.depth += 1;
        let result = within(self);
        self.depth -= 1;
        result
    }

    fn followed_by(&mut self) -> Result<Expression, PatternError> {
        self.several("FOLLOWEDBY", Self::either, Expression::FollowedBy)
    }

    fn either(&mut self) -> Result<Expression, PatternError> {
        self.several("OR", Self::both, Expression::Or)
    }

    fn both(&mut self) -> Result<Expression, PatternError> {
        self.several("AND", Self::qualified, Expression::And)
    }

    fn qualified(&mut self) -> Result<Expression, PatternError> {
        let expression = if self.has_mark("[") {
            let comparison = self.deeper(Self::any_of)?;
            self.mark("]", "a ] or another comparison should be here")?;
            Expression::Observed(comparison)
        } else if self.has_mark("(") {
            let expression = self.deeper(Self::followed_by)?;
            self.mark(")", "a ) or another expression should be here")?;
            expression
        } else {
            return Err(self.wrong("an observation, in square brackets, should be here"));
        };
        let mut qualifiers: Vec<Qualifier> = Vec::new();
        while let Some(qualifier) = self.qualifier()? {
            let same = |other: &Qualifier| {
                std::mem::discriminant(other) == std::mem::discriminant(&qualifier)
            };
            if qualifiers.iter().any(same) {
                return Err(self.wrong("the expression has a qualifier of this kind already"));
            }
            qualifiers.push(qualifier);
        }
        Ok(if qualifiers.is_empty() {
            expression
        } else {
            Expression::Qualified(Box::new(expression), qualifiers)
        })
    }

    fn qualifier(&mut self) -> Result<Option<Qualifier>, PatternError> {
        const TIME: &str = "a timestamp, as t'2026-01-02T03:04:05Z', should be here";
        if self.has_word("START") {
            let start = self.time(TIME)?;
            self.word("STOP", "STOP should be here")?;
            return Ok(Some(Qualifier::StartStop(start, self.time(TIME)?)));
        }
        if self.has_word("WITHIN") {
            const SECONDS: &str = "a number of seconds above nought should be here";
            let seconds = match self.peek() {
                Some(Token::Int(number) | Token::Float(number)) => number.parse::<f64>().ok(),
                _ => None,
            };
            let seconds = seconds.filter(|seconds| *seconds >= 0.0);
            let seconds = seconds.ok_or_else(|| self.wrong(SECONDS))?;
            self.place += 1;
            self.word("SECONDS", "SECONDS should be here")?;
            return Ok(Some(Qualifier::Within(seconds)));
        }
        if self.has_word("REPEATS") {
            const TIMES: &str = "a whole number above nought should be here";
            let times = match self.peek() {
                Some(Token::Int(number)) if !number.starts_with('-') => number.parse().ok(),
                _ => None,
            };
            let times = times.ok_or_else(|| self.wrong(TIMES))?;
            self.place += 1;
            self.word("TIMES", "TIMES should be here")?;
            return Ok(Some(Qualifier::Repeats(times)));
        }
        Ok(None)
    }

    fn time(&mut self, what: &'static str) -> Result<avert_model::Timestamp, PatternError> {
        if let Literal::Time(time) = self.literal()? {
            return Ok(time);
        }
        self.place -= 1;
        Err(self.wrong(what))
    }

    fn any_of(&mut self) -> Result<Comparison, PatternError> {
        self.several("OR", Self::all_of, Comparison::Or)
    }

    fn all_of(&mut self) -> Result<Comparison, PatternError> {
        self.several("AND", Self::comparison, Comparison::And)
    }

    fn comparison(&mut self) -> Result<Comparison, PatternError> {
        if self.has_mark("(") {
            let comparison = self.deeper(Self::any_of)?;
            self.mark(")", "a ) or another comparison should be here")?;
            return Ok(comparison);
        }
        let before = self.has_word("NOT");
        if self.has_word("EXISTS") {
            let (kind, steps) = self.path()?;
            return Ok(Comparison::Test(Test {
                kind,
                steps,
                negated: before,
                operator: Operator::Exists,
            }));
        }
        if before {
            return Err(self.wrong("EXISTS should be here: elsewhere NOT follows the path"));
        }
        let (kind, steps) = self.path()?;
        let negated = self.has_word("NOT");
        let operator = self.operator()?;
        Ok(Comparison::Test(Test {
            kind,
            steps,
            negated,
            operator,
        }))
    }

    /// An object path: `file:hashes.'SHA-256'`, `email-message:to_refs[*].value`.
    fn path(&mut self) -> Result<(String, Vec<Step>), PatternError> {
        let kind = match self.peek() {
            Some(Token::Hyphened(word)) => (*word).to_owned(),
            Some(Token::Word(word)) if !KEYWORDS.contains(word) => (*word).to_owned(),
            _ => return Err(self.wrong("the type of an object should be here")),
        };
        self.place += 1;
        self.mark(":", "a colon should be here")?;
        let mut steps = vec![self.key()?];
        loop {
            if self.has_mark(".") {
                steps.push(self.key()?);
            } else if self.has_mark("[") {
                steps.push(self.element()?);
                self.mark("]", "a ] should be here")?;
            } else {
                return Ok((kind, steps));
            }
            if steps.len() > LONGEST_PATH {
                return Err(self.wrong("the path has more than 100 steps"));
            }
        }
    }

    fn key(&mut self) -> Result<Step, PatternError> {
        let key = match self.peek() {
            Some(Token::Word(word)) if !KEYWORDS.contains(word) => (*word).to_owned(),
            Some(Token::Text(text)) => text.clone(),
            _ => return Err(self.wrong("the name of a property should be here")),
        };
        self.place += 1;
        Ok(Step::Key(key))
    }

    fn element(&mut self) -> Result<Step, PatternError> {
        if self.has_mark("*") {
            return Ok(Step::Any);
        }
        let place = match self.peek() {
            Some(Token::Int(number)) => number.parse().ok(),
            _ => None,
        };
        let place = place.ok_or_else(|| self.wrong("a place in a list, or *, should be here"))?;
        self.place += 1;
        Ok(Step::At(place))
    }

    fn operator(&mut self) -> Result<Operator, PatternError> {
        const WHAT: &str = "an operator (=, !=, <, IN, LIKE …) should be here";
        let token = self.peek().cloned();
        self.place += 1;
        Ok(match token {
            Some(Token::Mark("=" | "==")) => Operator::Equal(self.literal()?),
            Some(Token::Mark("!=" | "<>")) => Operator::NotEqual(self.literal()?),
            Some(Token::Mark("<")) => Operator::Less(self.orderable()?),
            Some(Token::Mark("<=")) => Operator::LessOrEqual(self.orderable()?),
            Some(Token::Mark(">")) => Operator::Greater(self.orderable()?),
            Some(Token::Mark(">=")) => Operator::GreaterOrEqual(self.orderable()?),
            Some(Token::Word("IN")) => Operator::In(self.set()?),
            Some(Token::Word("LIKE")) => Operator::Like(self.text()?.nfc().collect()),
            Some(Token::Word("MATCHES")) => {
                let text = self.text()?;
                Operator::Matches(self.expression(&text))
            }
            Some(Token::Word("ISSUBSET")) => Operator::Subset(self.text()?),
            Some(Token::Word("ISSUPERSET")) => Operator::Superset(self.text()?),
            _ => {
                self.place -= 1;
                return Err(self.wrong(WHAT));
            }
        })
    }

    /// A regular expression in the dialect of this crate; what that does not have is told.
    fn expression(&mut self, text: &str) -> Option<regex::Regex> {
        self.expressions += 1;
        let normal: String = text.nfc().collect();
        let built = if self.expressions > MOST_EXPRESSIONS {
            Err("there are more than 64 of them".to_owned())
        } else {
            RegexBuilder::new(&normal)
                .size_limit(EXPRESSION_BYTES)
                .build()
                .map_err(|error| error.to_string())
        };
        match built {
            Ok(expression) => Some(expression),
            Err(why) => {
                if self.unsupported.len() < MOST_EXPRESSIONS {
                    self.unsupported.push(format!(
                        "a regular expression that is not carried out: {why}"
                    ));
                }
                None
            }
        }
    }

    fn text(&mut self) -> Result<String, PatternError> {
        let text = match self.peek() {
            Some(Token::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let text = text.ok_or_else(|| self.wrong("a string, in single quotes, should be here"))?;
        self.place += 1;
        Ok(text)
    }

    fn orderable(&mut self) -> Result<Literal, PatternError> {
        match self.literal()? {
            Literal::Bool(_) => {
                self.place -= 1;
                Err(self.wrong("true and false have no order"))
            }
            other => Ok(other),
        }
    }

    fn set(&mut self) -> Result<Vec<Literal>, PatternError> {
        self.mark("(", "a list, in round brackets, should be here")?;
        let mut set = Vec::new();
        if self.has_mark(")") {
            return Ok(set);
        }
        loop {
            set.push(self.literal()?);
            if self.has_mark(")") {
                return Ok(set);
            }
            self.mark(",", "a comma or a ) should be here")?;
        }
    }

    fn literal(&mut self) -> Result<Literal, PatternError> {
        let literal = match self.peek() {
            Some(Token::Text(text)) => Some(Literal::Text(text.clone())),
            // A number that no property of this kind can have is still a number.
            Some(Token::Int(number)) => match number.parse() {
                Ok(number) => Some(Literal::Int(number)),
                Err(_) => number.parse().ok().map(Literal::Float),
            },
            Some(Token::Float(number)) => number.parse().ok().map(Literal::Float),
            Some(Token::Word("true")) => Some(Literal::Bool(true)),
            Some(Token::Word("false")) => Some(Literal::Bool(false)),
            Some(Token::Special('h', text)) => from_hex(text).map(Literal::Bytes),
            Some(Token::Special('b', text)) if !text.is_empty() => {
                STANDARD.decode(text).ok().map(Literal::Bytes)
            }
            Some(Token::Special('t', text)) => time::parse(text).map(Literal::Time),
            _ => None,
        };
        let literal = literal.ok_or_else(|| self.wrong("a value should be here"))?;
        self.place += 1;
        Ok(literal)
    }
}

pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}
