//! What an instance's class stands for on AWS: processors and memory, whatever this machine has.

/// A gibibyte.
const GIB: f64 = 1_073_741_824.0;
/// The memory of an Aurora capacity unit, which AWS documents.
const UNIT: f64 = 2.0 * GIB;
/// The processors of one. AWS says only that they are "similar to provisioned instances": those of
/// memory-optimised classes have one for 8 GiB.
const VCPUS_OF_UNIT: f64 = 0.25;
/// The steps in which capacity is told.
const STEP: f64 = 0.5;

/// The processors and the memory of an instance. Of a serverless one they are those of its maximum,
/// because AWS measures against them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Virtual processors.
    pub vcpus: f64,
    /// Memory, in bytes.
    pub memory: f64,
    /// Between which capacities it scales, in Aurora capacity units, if it does.
    pub scales: Option<(f64, f64)>,
}

impl Size {
    /// The size of a class, `db.r7g.large`; of `db.serverless` with its cluster's scaling. None of a
    /// class that is not known.
    pub fn of(class: &str, scaling: Option<(f64, f64)>) -> Option<Self> {
        if class == "db.serverless" {
            let (_, most) = scaling?;
            let (vcpus, memory) = (most * VCPUS_OF_UNIT, most * UNIT);
            return Some(Self { vcpus, memory, scales: scaling });
        }
        let (family, size) = class.strip_prefix("db.")?.split_once('.')?;
        let vcpus = match size.strip_suffix("xlarge") {
            Some("") => 4.0,
            Some(times) => 4.0 * times.parse::<f64>().ok()?,
            None => 2.0,
        };
        let memory = match (family, size) {
            ("t3" | "t4g", "medium") => 4.0 * GIB,
            ("t3" | "t4g", _) => 8.0 * GIB,
            ("x2g", _) => vcpus * 16.0 * GIB,
            _ => vcpus * 8.0 * GIB,
        };
        Some(Self { vcpus, memory, scales: None })
    }

    /// The capacity that so many busy processors and so much memory need: enough for both, in half
    /// units, within the limits. It follows use at once, where AWS's goes down slowly, and it never
    /// is 0, because nothing pauses here.
    pub fn capacity(&self, processors: f64, memory: f64) -> Option<f64> {
        let (least, most) = self.scales?;
        let needed = (processors / VCPUS_OF_UNIT).max(memory / UNIT);
        let steps = (needed / STEP).ceil().max(1.0);
        Some((steps * STEP).max(least).min(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_the_processors_and_memory_of_aws() {
        let of = |class| Size::of(class, Some((0.5, 8.0))).map(|it| (it.vcpus, it.memory / GIB));
        assert_eq!(of("db.t4g.medium"), Some((2.0, 4.0)));
        assert_eq!(of("db.r7g.large"), Some((2.0, 16.0)));
        assert_eq!(of("db.r6i.xlarge"), Some((4.0, 32.0)));
        assert_eq!(of("db.x2g.16xlarge"), Some((64.0, 1024.0)));
        assert_eq!(of("db.serverless"), Some((2.0, 16.0)));
        assert_eq!(Size::of("db.serverless", None), None);
    }

    #[test]
    fn capacity_is_enough_for_what_is_used_within_its_limits() {
        let size = Size::of("db.serverless", Some((1.0, 4.0))).unwrap();
        assert_eq!(size.capacity(0.0, 0.0), Some(1.0));
        assert_eq!(size.capacity(0.3, GIB), Some(1.5));
        assert_eq!(size.capacity(0.1, 5.1 * GIB), Some(3.0));
        assert_eq!(size.capacity(9.0, GIB), Some(4.0));
        let paused = Size::of("db.serverless", Some((0.0, 4.0))).unwrap();
        assert_eq!(paused.capacity(0.0, 0.0), Some(0.5));
        assert_eq!(Size::of("db.r7g.large", None).unwrap().capacity(1.0, GIB), None);
    }
}
