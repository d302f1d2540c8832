//! Whose signatures are accepted: the sandbox's own user, and the sessions that STS gave out.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use rand::TryRng;
use rand::rngs::SysRng;
use serde::{Deserialize, Serialize};

use super::core::Core;

/// The keys of the sandbox's own user; made at the first start, kept in `credentials.json`.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// The access key, `AKIA` and sixteen characters.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// What opens the paths under `/_sandbox/`.
    pub admin_token: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl Credentials {
    /// New keys from the operating system's random numbers.
    ///
    /// # Errors
    /// When it has none.
    pub fn generate() -> std::io::Result<Self> {
        const CHARACTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let letters = random::<16>()?.map(|byte| char::from(CHARACTERS[usize::from(byte & 31)]));
        let token = random::<24>()?;
        Ok(Self {
            access_key_id: format!("AKIA{}", letters.iter().collect::<String>()),
            secret_access_key: BASE64_STANDARD.encode(random::<30>()?),
            admin_token: token.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }
}

fn random<const N: usize>() -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes)
}

/// What a signature is checked against.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// The secret.
    pub secret: String,
    /// The token that a request with temporary keys must carry.
    pub session_token: Option<String>,
    /// When temporary keys end.
    pub expires: Option<Timestamp>,
}

/// Finds the secret of an access key.
#[derive(Clone)]
pub struct Keyring(Arc<Core>);

impl Keyring {
    /// The keyring of a running sandbox.
    pub fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// The key, when there is one; expired sessions are found too, so that the caller can say why.
    pub fn find(&self, access_key: &str) -> Option<Key> {
        let credentials = &self.0.credentials;
        if access_key == credentials.access_key_id {
            let secret = credentials.secret_access_key.clone();
            return Some(Key { secret, session_token: None, expires: None });
        }
        self.0.with_world(|world| {
            let session = world.global.sts.session(access_key)?;
            Some(Key {
                secret: session.secret_access_key.clone(),
                session_token: Some(session.session_token.clone()),
                expires: Some(session.expires),
            })
        })
    }
}
