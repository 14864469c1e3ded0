//! The document of a system: what a program wants to know of itself, as data.

use alloc::string::String;

use super::analytics::AnalyticsConfig;
use super::health::HealthConfig;
use super::program::SystemConfig;
use super::registry::RegistryConfig;
use crate::error::{ConfigError, ProblemCode};
use crate::policy::reader::{Field, Findings, Section, read_object};
use crate::policy::{Switch, Tree, read_degradation};

impl SystemConfig {
    /// Reads a document, or says everything that is wrong with it. What is not in it is as by default; `"degradation": false`
    /// is a system that does not degrade.
    ///
    /// ```
    /// use failsoft::system::SystemConfig;
    ///
    /// let config = SystemConfig::parse(r#"{"analytics": {"window": "5m"}, "degradation": {"dwell": "1m"}}"#)?;
    /// assert_eq!(300, config.analytics.window.as_secs());
    /// # Ok::<(), failsoft::error::ConfigError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let tree = Tree::parse(text)?;
        let mut findings = Findings::default();
        let (config, _) = read_object(String::new(), &tree, &mut findings, read);
        if findings.problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError { problems: findings.problems })
        }
    }
}

fn read(section: &mut Section<'_, '_>) -> SystemConfig {
    let default = SystemConfig::default();
    SystemConfig {
        parts: section.section(&PARTS, read_parts).unwrap_or(default.parts),
        analytics: section.section(&ANALYTICS, read_analytics).unwrap_or(default.analytics),
        health: section.section(&HEALTH, read_health).unwrap_or(default.health),
        degradation: match section.section_or_false(&DEGRADATION, read_degradation) {
            Switch::Absent => default.degradation,
            Switch::Off => None,
            Switch::On(degradation) => Some(degradation),
        },
        events: section.count(&EVENTS, 0, MOST_EVENTS).unwrap_or(default.events),
    }
}

fn read_parts(section: &mut Section<'_, '_>) -> RegistryConfig {
    let default = RegistryConfig::default();
    RegistryConfig {
        most: section.positive(&MOST, u32::MAX).unwrap_or(default.most),
        idle: section.positive_duration(&IDLE).unwrap_or(default.idle),
    }
}

fn read_analytics(section: &mut Section<'_, '_>) -> AnalyticsConfig {
    let default = AnalyticsConfig::default();
    AnalyticsConfig {
        history: section.count(&HISTORY, 0, MOST_HISTORY).unwrap_or(default.history),
        window: section.duration(&WINDOW).unwrap_or(default.window),
        minimum_calls: section.positive(&MINIMUM_CALLS, u32::MAX).unwrap_or(default.minimum_calls),
        names: section.count(&NAMES, 1, MOST_COUNTED).unwrap_or(default.names),
        messages: section.count(&MESSAGES, 1, MOST_COUNTED).unwrap_or(default.messages),
    }
}

fn read_health(section: &mut Section<'_, '_>) -> HealthConfig {
    let default = HealthConfig::default();
    let degraded = section.number(&DEGRADED_ERROR_RATE, 0.0, 1.0).unwrap_or(default.degraded_error_rate);
    let unhealthy = section.number(&UNHEALTHY_ERROR_RATE, 0.0, 1.0).unwrap_or(default.unhealthy_error_rate);
    if unhealthy < degraded {
        let path = section.path_of(&UNHEALTHY_ERROR_RATE);
        let message =
            alloc::format!("{unhealthy} is below degraded_error_rate (expected {degraded} or more)");
        section.findings.add(ProblemCode::Contradiction, &path, message);
    }
    HealthConfig { degraded_error_rate: degraded, unhealthy_error_rate: unhealthy }
}

const MOST_EVENTS: u32 = 10_000;
const MOST_HISTORY: u32 = 10_000;
const MOST_COUNTED: u32 = 1000;

const PARTS: Field = Field {
    name: "parts",
    aliases: &[],
    doc: Field::doc("How many named parts there may be. Default: as an empty section has it."),
};
const ANALYTICS: Field = Field {
    name: "analytics",
    aliases: &["error_analytics"],
    doc: Field::doc("What is kept of errors and calls. Default: as an empty section has it."),
};
const HEALTH: Field = Field {
    name: "health",
    aliases: &[],
    doc: Field::doc("From when on the program is not well. Default: as an empty section has it."),
};
const DEGRADATION: Field = Field {
    name: "degradation",
    aliases: &["graceful_degradation"],
    doc: Field::doc(
        "Levels of the service, as in a policy; false for none. Default: as an empty section has it.",
    ),
};
const EVENTS: Field =
    Field { name: "events", aliases: &[], doc: Field::doc("So many events are kept. Default: 200.") };
const MOST: Field = Field {
    name: "most",
    aliases: &[],
    doc: Field::doc(
        "So many parts of each kind at most; a new one takes the place of the least recently used one that is at rest. \
          Default: 1024.",
    ),
};
const IDLE: Field = Field {
    name: "idle",
    aliases: &[],
    doc: Field::doc("After so long without use a part may go. Default: 1 hour."),
};
const HISTORY: Field = Field {
    name: "history",
    aliases: &["max_history"],
    doc: Field::doc("So many errors are kept. Default: 100."),
};
const WINDOW: Field = Field {
    name: "window",
    aliases: &["time_window"],
    doc: Field::doc(
        "The error rate is that of the calls that ended within this long; 0: there is none. Default: 1 minute.",
    ),
};
const MINIMUM_CALLS: Field = Field {
    name: "minimum_calls",
    aliases: &[],
    doc: Field::doc("With fewer calls in the window there is no error rate. Default: 10."),
};
const NAMES: Field = Field {
    name: "names",
    aliases: &[],
    doc: Field::doc("So many sources, rules and codes are counted. Default: 64 of each."),
};
const MESSAGES: Field =
    Field { name: "messages", aliases: &[], doc: Field::doc("So many messages are counted. Default: 20.") };
const DEGRADED_ERROR_RATE: Field = Field {
    name: "degraded_error_rate",
    aliases: &[],
    doc: Field::doc("From this share of failed calls on the program is degraded. Default: 0.1."),
};
const UNHEALTHY_ERROR_RATE: Field = Field {
    name: "unhealthy_error_rate",
    aliases: &[],
    doc: Field::doc("From this share of failed calls on it is unhealthy. Default: 0.5."),
};
