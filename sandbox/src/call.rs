//! What an operation is given: the world, who asks, and where time and identifiers come from.

use std::time::Duration;

use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use sha2::{Digest, Sha256};

use crate::gateway::faults::Injector;
use crate::gateway::log::CallLog;
use crate::services::sts::state::Principal;
use crate::world::{Global, Region, World};

/// One request on its way through a service.
pub struct Call<'a> {
    /// Everything that exists.
    pub world: &'a mut World,
    /// The caller's account, twelve digits.
    pub account: &'a str,
    /// The region that the request was signed for.
    pub region: &'a str,
    /// The URL at which the sandbox answers.
    pub endpoint: &'a str,
    /// The access key that signed it.
    pub access_key: &'a str,
    /// Time, and how fast it passes for objects under way.
    pub clock: Clock,
    /// Where new identifiers come from.
    pub ids: &'a mut Ids,
    /// What goes wrong with objects.
    pub faults: &'a Injector,
    /// What was called before.
    pub log: &'a CallLog,
    /// Whether what AWS would run really runs here, and is waited for.
    pub live: bool,
    /// Whether databases do, which needs a PostgreSQL on this machine.
    pub databases: bool,
}

impl Call<'_> {
    /// The caller's region, with what each regional service holds there.
    pub fn region(&mut self) -> &mut Region {
        self.world.region(self.region)
    }

    /// What is the same in every region.
    pub fn global(&mut self) -> &mut Global {
        &mut self.world.global
    }

    /// Whose an access key is: a session's, or the sandbox's own user's.
    pub fn principal(&self, access_key: &str) -> Principal {
        match self.world.global.sts.session(access_key) {
            Some(session) => session.principal.clone(),
            None => Principal {
                arn: format!("arn:aws:iam::{}:user/sandbox", self.account),
                user_id: "AIDASANDBOXUSERAAAAA".to_owned(),
                role_arn: None,
            },
        }
    }

    /// When something that takes AWS `typical` will be over, and a fault makes longer.
    pub fn after(&self, typical: Duration, longer: Duration) -> Timestamp {
        self.clock.after(typical).checked_add(longer).unwrap_or(Timestamp::MAX)
    }

    /// An ARN of the caller's account and region: `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }
}

/// The time of one call, and the scale of the durations that start in it.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Now.
    pub now: Timestamp,
    /// 1.0 is AWS's own pace, 0.0 is at once.
    pub scale: f64,
}

impl Clock {
    /// When something that takes AWS `typical` will be over.
    pub fn after(&self, typical: Duration) -> Timestamp {
        let scaled = typical.mul_f64(self.scale.max(0.0));
        self.now.checked_add(scaled).unwrap_or(Timestamp::MAX)
    }

    /// Whether the moment has come.
    pub fn reached(&self, moment: Timestamp) -> bool {
        self.now >= moment
    }
}

/// Makes identifiers in AWS's forms; seeded, so that a test can expect them.
#[derive(Debug)]
pub struct Ids(StdRng);

impl Ids {
    /// Identifiers that follow from the seed.
    pub fn seeded(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Identifiers that nobody can guess.
    pub fn random() -> Self {
        Self::seeded(rand::rng().next_u64())
    }

    /// `prefix-` and seventeen hexadecimal digits, as EC2 has them: `vpc-0123456789abcdef0`.
    pub fn ec2(&mut self, prefix: &str) -> String {
        format!("{prefix}-0{}", self.hex(16))
    }

    /// Hexadecimal digits.
    pub fn hex(&mut self, digits: usize) -> String {
        const DIGITS: &[u8] = b"0123456789abcdef";
        self.draw(DIGITS, digits)
    }

    /// Upper-case letters and digits, as IAM and the names of RDS resources have them.
    pub fn upper(&mut self, characters: usize) -> String {
        const CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        self.draw(CHARACTERS, characters)
    }

    /// Letters and digits of both cases, as the suffix of a secret's ARN has them.
    pub fn mixed(&mut self, characters: usize) -> String {
        const CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        self.draw(CHARACTERS, characters)
    }

    /// Any bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// A UUID of version 4.
    pub fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid().to_string()
    }

    /// A UUID for what no call made: that of a thing's number so much.
    pub fn derived(of: &str, number: u64) -> String {
        let digest = Sha256::digest(format!("{of} {number}"));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// Puts things into an order that is any of their orders.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        things.shuffle(&mut self.0);
    }

    /// Characters drawn from a set of ASCII ones, each draw independent of the last.
    pub fn draw(&mut self, from: &[u8], count: usize) -> String {
        (0..count).map(|_| char::from(from[self.0.random_range(0..from.len())])).collect()
    }
}
