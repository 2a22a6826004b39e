//! What calibration writes down: small, readable, and refused if it is of another version.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use avert_model::{Explain, Outcome};
use serde::{Deserialize, Serialize};

use super::bins::step;
use super::boost::Boosted;
use super::features::{AccountFeatures, Detector, FEATURES};
use super::platt::Reading;

/// The version of model files that is read and written.
pub const MODEL_VERSION: u32 = 1;

/// The one that holds where no other is handed in: trained on simulated platforms alone.
const DEFAULT: &str = include_str!("default-model.toml");

/// How what detectors say becomes a probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The version of this form.
    pub version: u32,
    /// What it was trained on, in words.
    pub trained_on: String,
    /// How good it was on accounts it was not trained on.
    pub measured: Option<Measured>,
    /// How the log-odds of each detector are to be read.
    pub detector: BTreeMap<Detector, Reading>,
    /// How their sum with everything below is to be read.
    #[serde(default)]
    pub calibration: Reading,
    /// What single features add, in nats.
    #[serde(default, rename = "feature", skip_serializing_if = "Vec::is_empty")]
    features: Vec<FeatureTerm>,
    /// What two features add together, in nats.
    #[serde(default, rename = "pair", skip_serializing_if = "Vec::is_empty")]
    pairs: Vec<PairTerm>,
}

/// How good a model was: cross-validated, with no network on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Labelled accounts.
    pub accounts: u64,
    /// Those that are hostile.
    pub hostile: u64,
    /// Groups of accounts that were kept together.
    pub groups: u64,
    /// Average precision over all of them.
    pub average_precision: f64,
    /// The same with what detectors say alone.
    pub average_precision_without: f64,
    /// Expected calibration error.
    pub calibration_error: f64,
    /// Precision where a probability of 0.5 is reached.
    pub precision: f64,
    /// Recall there.
    pub recall: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FeatureTerm {
    name: String,
    /// The lower ends of all steps but the first.
    edges: Vec<f32>,
    /// One for each step.
    weights: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PairTerm {
    names: (String, String),
    edges: (Vec<f32>, Vec<f32>),
    weights: Vec<Vec<f64>>,
}

impl Model {
    /// The model that ships with Avert.
    pub fn shipped() -> Self {
        Self::parse(DEFAULT, Path::new("the shipped model")).expect("a test reads it")
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`ModelError`], with the file.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        let text = std::fs::read_to_string(path).map_err(|source| ModelError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path)
    }

    /// Reads the text of a model file; `path` is what errors call it.
    ///
    /// # Errors
    /// [`ModelError`] if it is no model, or one of another version.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ModelError> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let malformed = |detail: String| ModelError::Malformed {
            path: path.to_owned(),
            detail,
        };
        let head: Head = toml::from_str(text).map_err(|error| malformed(error.to_string()))?;
        if head.version != MODEL_VERSION {
            return Err(ModelError::OtherVersion {
                path: path.to_owned(),
                version: head.version,
            });
        }
        let model: Self = toml::from_str(text).map_err(|error| malformed(error.to_string()))?;
        model.check().map_err(malformed)?;
        Ok(model)
    }

    /// The text of a model file.
    pub fn text(&self) -> String {
        toml::to_string(self).expect("a model has nothing that TOML cannot hold")
    }

    pub(super) fn new(
        trained_on: String,
        detector: BTreeMap<Detector, Reading>,
        calibration: Reading,
        boosted: &Boosted,
        measured: Option<Measured>,
    ) -> Self {
        let name = |feature: usize| FEATURES[feature].name.to_owned();
        let features = boosted.shapes.iter().map(|shape| FeatureTerm {
            name: name(shape.feature),
            edges: shape.edges.clone(),
            weights: shape.weights.iter().copied().map(rounded).collect(),
        });
        let pairs = boosted.surfaces.iter().map(|surface| PairTerm {
            names: (name(surface.features.0), name(surface.features.1)),
            edges: surface.edges.clone(),
            weights: surface
                .weights
                .iter()
                .map(|row| row.iter().copied().map(rounded).collect())
                .collect(),
        });
        Self {
            version: MODEL_VERSION,
            trained_on,
            measured,
            detector,
            calibration,
            features: features.collect(),
            pairs: pairs.collect(),
        }
    }

    /// Refuses what would be misread: other numbers of steps and weights, unknown features.
    fn check(&self) -> Result<(), String> {
        let known = |name: &str| {
            let known = FEATURES.iter().any(|feature| feature.name == name);
            known
                .then_some(())
                .ok_or_else(|| format!("there is no feature '{name}'"))
        };
        let ascending = |edges: &[f32]| edges.windows(2).all(|two| two[0] < two[1]);
        for term in &self.features {
            known(&term.name)?;
            if term.weights.len() != term.edges.len() + 1 || !ascending(&term.edges) {
                return Err(format!(
                    "feature '{}' needs ascending edges and one weight more than edges",
                    term.name
                ));
            }
        }
        for pair in &self.pairs {
            known(&pair.names.0)?;
            known(&pair.names.1)?;
            let width = pair.edges.1.len() + 1;
            let fits = pair.weights.len() == pair.edges.0.len() + 1
                && pair.weights.iter().all(|row| row.len() == width)
                && ascending(&pair.edges.0)
                && ascending(&pair.edges.1);
            if !fits {
                return Err(format!(
                    "the pair of '{}' and '{}' has not a weight for each of its steps",
                    pair.names.0, pair.names.1
                ));
            }
        }
        let weights = self.features.iter().flat_map(|term| &term.weights);
        let more = self
            .pairs
            .iter()
            .flat_map(|pair| pair.weights.iter().flatten());
        let readings = self.detector.values().chain([&self.calibration]);
        let readings = readings.flat_map(|reading| [&reading.slope, &reading.offset]);
        if weights
            .chain(more)
            .chain(readings)
            .any(|one| !one.is_finite())
        {
            return Err("a weight is not a number".to_owned());
        }
        Ok(())
    }

    /// The same model without what it makes of features that only a whole snapshot can give.
    pub(crate) fn readings_only(&self) -> Self {
        Self {
            features: Vec::new(),
            pairs: Vec::new(),
            ..self.clone()
        }
    }

    /// By how much a detector's log-odds are stretched.
    pub(crate) fn slope(&self, detector: Detector) -> f64 {
        let reading = self.detector.get(&detector).copied().unwrap_or_default();
        self.calibration.slope * reading.slope
    }

    /// The log-odds that an account is hostile.
    pub(crate) fn log_odds(&self, account: &AccountFeatures) -> f64 {
        let reading = self.detector.get(&account.detector).copied();
        let mut sum = reading.unwrap_or_default().of(account.log_odds);
        let value = |name: &str| {
            let place = FEATURES.iter().position(|feature| feature.name == name);
            place.map_or(0.0, |place| account.values[place])
        };
        for term in &self.features {
            sum += term.weights[step(&term.edges, value(&term.name))];
        }
        for pair in &self.pairs {
            let row = step(&pair.edges.0, value(&pair.names.0));
            sum += pair.weights[row][step(&pair.edges.1, value(&pair.names.1))];
        }
        self.calibration.of(sum)
    }
}

/// A thousandth of a nat says nothing.
fn rounded(nats: f64) -> f64 {
    (nats * 1e3).round() / 1e3
}

/// A model file could not be used. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The file could not be read.
    #[error("could not read the model {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is no model.
    #[error("{} is not a model: {detail}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        detail: String,
    },
    /// It is of another version.
    #[error(
        "{} is a model of version {version}, and this is made for version {MODEL_VERSION}",
        path.display()
    )]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
}

impl Explain for ModelError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "model/unreadable",
            Self::Malformed { .. } => "model/malformed",
            Self::OtherVersion { .. } => "model/other-version",
        }
    }

    fn hint(&self) -> Option<String> {
        Some("make one of labelled accounts with `avert calibrate --labels FILE --out MODEL.toml`, or leave --model out to have the shipped one".to_owned())
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}
