//! Random passwords.

use serde::{Deserialize, Serialize};

use super::errors;
use crate::call::{Call, Ids};
use crate::fault::Fault;

const LOWERCASE: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPERCASE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const NUMBERS: &str = "0123456789";
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const SPACE: &str = " ";

/// What a password is made of. The default is AWS's: 32 characters of every type but the space,
/// each type at least once.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PasswordRules {
    /// 1 to 4096 characters.
    pub password_length: usize,
    /// Characters that must not occur.
    pub exclude_characters: String,
    /// No digits.
    pub exclude_numbers: bool,
    /// No punctuation.
    pub exclude_punctuation: bool,
    /// No upper-case letters.
    pub exclude_uppercase: bool,
    /// No lower-case letters.
    pub exclude_lowercase: bool,
    /// The space may occur.
    pub include_space: bool,
    /// Each type that may occur does.
    pub require_each_included_type: bool,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self {
            password_length: 32,
            exclude_characters: String::new(),
            exclude_numbers: false,
            exclude_punctuation: false,
            exclude_uppercase: false,
            exclude_lowercase: false,
            include_space: false,
            require_each_included_type: true,
        }
    }
}

impl PasswordRules {
    /// Makes a password.
    ///
    /// # Errors
    /// When the length is out of range, when every character is excluded, or when the password
    /// is too short to hold each type.
    pub fn generate(&self, ids: &mut Ids) -> Result<String, Fault> {
        if !(1..=4096).contains(&self.password_length) {
            return Err(errors::invalid_parameter(
                "The PasswordLength value must be between 1 and 4096 (inclusive).",
            ));
        }
        let types = self.types();
        let all = types.concat();
        if all.is_empty() {
            return Err(errors::invalid_parameter(
                "The password can't be generated because all of its characters are excluded.",
            ));
        }
        let required = if self.require_each_included_type { types } else { Vec::new() };
        if required.len() > self.password_length {
            return Err(errors::invalid_parameter(
                "The password length is too short based on the required types.",
            ));
        }
        Ok(draw(ids, &required, &all, self.password_length))
    }

    /// The characters of each type that may occur, without types that have none.
    fn types(&self) -> Vec<Vec<u8>> {
        let types = [
            (LOWERCASE, !self.exclude_lowercase),
            (UPPERCASE, !self.exclude_uppercase),
            (NUMBERS, !self.exclude_numbers),
            (PUNCTUATION, !self.exclude_punctuation),
            (SPACE, self.include_space),
        ];
        let included = types.into_iter().filter(|(_, included)| *included);
        let allowed = included.map(|(characters, _)| {
            let kept = characters.chars().filter(|c| !self.exclude_characters.contains(*c));
            kept.collect::<String>().into_bytes()
        });
        allowed.filter(|characters| !characters.is_empty()).collect()
    }
}

/// One character of each required type at places of their own, any characters elsewhere.
fn draw(ids: &mut Ids, required: &[Vec<u8>], all: &[u8], length: usize) -> String {
    let mut password: Vec<char> = required
        .iter()
        .flat_map(|characters| ids.draw(characters, 1).chars().collect::<Vec<_>>())
        .collect();
    password.extend(ids.draw(all, length - password.len()).chars());
    ids.shuffle(&mut password);
    password.into_iter().collect()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetResponse {
    random_password: String,
}

/// A password that is stored nowhere.
pub(super) fn get(call: &mut Call<'_>, rules: PasswordRules) -> Result<GetResponse, Fault> {
    Ok(GetResponse { random_password: rules.generate(call.ids)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generate(rules: PasswordRules, seed: u64) -> String {
        rules.generate(&mut Ids::seeded(seed)).unwrap()
    }

    fn has(password: &str, characters: &str) -> bool {
        password.chars().any(|c| characters.contains(c))
    }

    #[test]
    fn every_type_occurs_however_short_the_password() {
        for seed in 0..100 {
            let rules =
                PasswordRules { password_length: 5, include_space: true, ..Default::default() };
            let password = generate(rules, seed);
            for characters in [LOWERCASE, UPPERCASE, NUMBERS, PUNCTUATION, SPACE] {
                assert!(has(&password, characters), "{password:?}");
            }
        }
    }

    #[test]
    fn what_is_excluded_does_not_occur() {
        let rules = PasswordRules {
            password_length: 4096,
            exclude_characters: "abc/@\"".into(),
            exclude_numbers: true,
            exclude_uppercase: true,
            ..Default::default()
        };
        let password = generate(rules, 1);
        assert_eq!(password.len(), 4096);
        for excluded in ["abc/@\"", NUMBERS, UPPERCASE, SPACE] {
            assert!(!has(&password, excluded));
        }
    }

    #[test]
    fn impossible_rules_are_refused() {
        let nothing = PasswordRules {
            exclude_numbers: true,
            exclude_punctuation: true,
            exclude_uppercase: true,
            exclude_lowercase: true,
            ..Default::default()
        };
        let short = PasswordRules { password_length: 3, ..Default::default() };
        let empty = PasswordRules { password_length: 0, ..Default::default() };
        for rules in [nothing, short, empty] {
            let fault = rules.generate(&mut Ids::seeded(1)).unwrap_err();
            assert_eq!(fault.code, "InvalidParameterException");
        }
    }
}
