//! A run that is killed at a call, and the runs before and after it.

use futures::{StreamExt, stream};
use sandbox::gateway::hook::Phase;
use tests::{DOWN, Lab, Objects, PLAN, UP, difference};

/// How many labs at once: each has a sandbox and a program that keep a processor busy.
const AT_ONCE: usize = 3;

/// Every call of a run, before and after it.
pub const ALL: usize = 1;
/// Every seventh of these cases, where all would take minutes. The number is odd, so that before and
/// after take turns.
pub const SAMPLE: usize = 7;

/// What is declared, and how that changes.
#[derive(Clone, Copy)]
pub struct Subject {
    /// Writes the stacks.
    pub declare: fn(&Lab),
    /// Changes them, so that some objects are replaced, in both orders where both are, some changed
    /// and some deleted.
    pub change: fn(&Lab),
    /// What the change needs consent for.
    pub consent: &'static [&'static str],
    /// What there is more of after two runs than after one, and no object: the passwords that a
    /// registry gave out.
    pub kept: &'static [&'static str],
}

/// What is run and killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Everything is made.
    Up,
    /// What was made is made otherwise.
    Change,
    /// Everything is deleted.
    Down,
}

impl Moment {
    async fn begin(self, subject: Subject) -> Lab {
        let lab = Lab::new().await;
        (subject.declare)(&lab);
        if self != Self::Up {
            lab.run(&UP).await.expect(0);
        }
        if self == Self::Change {
            (subject.change)(&lab);
        }
        lab
    }

    fn command(self, subject: Subject) -> Vec<&'static str> {
        match self {
            Self::Up => UP.to_vec(),
            Self::Change => [&UP, subject.consent].concat(),
            Self::Down => DOWN.to_vec(),
        }
    }
}

impl Subject {
    /// Kills the run at its calls, [`ALL`] or a [`SAMPLE`], once before the call is carried out and
    /// once after.
    ///
    /// # Panics
    /// When something is there then that should not be, or is missing, or there is more to do.
    pub async fn killed(self, moment: Moment, step: usize) {
        let (calls, expected) = self.model(moment).await;
        assert!(calls > 20, "{calls} calls");
        let cases =
            (1..=calls).flat_map(|number| [Phase::Before, Phase::After].map(|at| (number, at)));
        let cases: Vec<(u64, Phase)> = cases.step_by(step).collect();
        let wrong: Vec<String> = stream::iter(&cases)
            .map(|(number, phase)| self.crash(moment, *number, *phase, &expected))
            .buffer_unordered(AT_ONCE)
            .filter_map(std::future::ready)
            .collect()
            .await;
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    }

    /// The run without a crash: how many calls it makes, and what is there after it.
    async fn model(self, moment: Moment) -> (u64, Objects) {
        let lab = moment.begin(self).await;
        let before = lab.calls();
        lab.run(&moment.command(self)).await.expect(0);
        (lab.calls() - before, self.objects(&lab).await)
    }

    /// Kills one run, runs again, and tells what is wrong then.
    async fn crash(
        self,
        moment: Moment,
        number: u64,
        phase: Phase,
        expected: &Objects,
    ) -> Option<String> {
        let command = moment.command(self);
        let lab = moment.begin(self).await;
        lab.run_and_kill(&command, number, phase).await;
        let again = lab.run(&command).await;
        if again.code != Some(0) {
            return Some(format!("{phase:?} call {number}: the next run failed:\n{}", again.text));
        }
        let wrong = difference(&self.objects(&lab).await, expected);
        if !wrong.is_empty() {
            return Some(format!("{phase:?} call {number}: {wrong}"));
        }
        if moment == Moment::Down {
            return None;
        }
        let plan = lab.run(&PLAN).await;
        (plan.code != Some(0)).then(|| format!("{phase:?} call {number}: not done:\n{}", plan.text))
    }

    async fn objects(self, lab: &Lab) -> Objects {
        let mut objects = lab.objects().await;
        objects.extend(lab.files().await);
        objects.retain(|kind, _| !self.kept.iter().any(|kept| kind.contains(kept)));
        objects
    }
}
