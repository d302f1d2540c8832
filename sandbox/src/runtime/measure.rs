//! The minute hand: what services counted becomes metrics, and alarms look at them, also when
//! nobody calls.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;

use super::Services;
use crate::gateway::core::Core;

const MINUTE: u64 = 60;
/// How soon alarms act and counts are seen where everything is over at once.
const SOON: Duration = Duration::from_secs(1);

/// Hands counts over and evaluates alarms until the sandbox stops: at every whole minute, or all
/// the time in a sandbox whose time passes faster than AWS's.
pub async fn keep(core: Arc<Core>, services: Arc<Services>) {
    loop {
        let is_hasty = core.time_scale() < 1.0;
        let pause = if is_hasty { SOON } else { until_next_minute(Timestamp::now()) };
        tokio::select! {
            () = core.stop.cancelled() => return,
            () = sleep(pause) => {}
        }
        let now = Timestamp::now();
        if core.live {
            services.count_instances(&core.meter);
        }
        let under_way = now.as_second() - now.as_second().rem_euclid(60);
        let counted = core.meter.take(if is_hasty { i64::MAX } else { under_way });
        let has_posts = core.with_world(|world| {
            for (key, measured) in counted {
                let at = Timestamp::from_second(key.minute).unwrap_or(now);
                let monitoring = &mut world.region(&key.region).monitoring;
                monitoring.measure(key.metric, at, key.unit, measured);
            }
            if world.regions().any(|(_, region)| region.monitoring.has_alarms()) {
                world.settle(now);
            }
            world.has_posts()
        });
        // A count is no reason to write the world to disk.
        if has_posts {
            core.touch();
        }
    }
}

fn until_next_minute(now: Timestamp) -> Duration {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    Duration::from_secs(MINUTE - seconds % MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_minute_is_at_most_a_minute_away() {
        let until = |second| until_next_minute(Timestamp::from_second(second).unwrap()).as_secs();
        assert_eq!([until(60), until(61), until(119)], [60, 59, 1]);
    }
}
