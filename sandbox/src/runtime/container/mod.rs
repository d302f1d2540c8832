//! Services that really run: the images that were pushed, behind their names.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::gateway::core::Core;
use crate::runtime::nobody;

mod counted;
mod fleet;
mod health;
mod image;
mod journal;
mod process;
mod proxy;
mod service;
mod wanted;

pub use counted::Counted;
use fleet::Fleet;
use image::Images;
use proxy::Led;
pub use proxy::Proxy;
use service::Surroundings;
pub use wanted::{Health, Log, Owner, Scaling, WantedService};

pub use image::ImageName;

/// A service with its task.
struct Kept {
    wanted: watch::Sender<Option<Arc<WantedService>>>,
    fleet: Arc<Fleet>,
    task: JoinHandle<()>,
}

/// Keeps the world's services running until the sandbox stops.
pub async fn keep(core: Arc<Core>, proxy: Arc<Proxy>, directory: PathBuf) {
    let place = nobody::place(&directory, "images");
    let images = Images { blobs: directory.join("ecr").join("blobs"), unpacked: place.clone() };
    let mut kept: BTreeMap<Owner, Kept> = BTreeMap::new();
    let mut changes = core.watch();
    loop {
        let wanted = core.with_world(|world| super::services::wanted(world));
        settle(&mut kept, &core, &images, wanted);
        proxy.set(names(&kept));
        tokio::select! {
            () = core.stop.cancelled() => break,
            _ = changes.changed() => {}
        }
    }
    for service in kept.values() {
        service.wanted.send_replace(None);
    }
    for (owner, service) in kept {
        if let Err(error) = service.task.await {
            tracing::error!(%error, ?owner, "the task of a service died");
        }
    }
    // Unpacked again from the registry when they are needed.
    if let Err(error) = std::fs::remove_dir_all(&place)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "unpacked images stay");
    }
}

/// Begins what is new, tells what has changed, ends what is gone.
fn settle(
    kept: &mut BTreeMap<Owner, Kept>,
    core: &Arc<Core>,
    images: &Images,
    wanted: Vec<WantedService>,
) {
    let wanted: BTreeMap<Owner, Arc<WantedService>> =
        wanted.into_iter().map(|one| (one.owner.clone(), Arc::new(one))).collect();
    for (owner, service) in kept.iter() {
        if !wanted.contains_key(owner) {
            service.wanted.send_replace(None);
        }
    }
    kept.retain(|owner, service| wanted.contains_key(owner) || !service.task.is_finished());
    for (owner, now) in wanted {
        if let Some(service) = kept.get(&owner) {
            service.wanted.send_if_modified(|old| {
                let same = old.as_ref().is_some_and(|old| old.is(&now));
                *old = Some(now);
                !same
            });
            continue;
        }
        let fleet = Arc::new(Fleet::default());
        let (sender, receiver) = watch::channel(Some(now));
        let surroundings =
            Surroundings { core: core.clone(), images: images.clone(), fleet: fleet.clone() };
        let task = tokio::spawn(service::keep(surroundings, receiver));
        kept.insert(owner, Kept { wanted: sender, fleet, task });
    }
}

fn names(kept: &BTreeMap<Owner, Kept>) -> BTreeMap<String, Arc<Led>> {
    let mut names = BTreeMap::new();
    for service in kept.values() {
        let wanted = service.wanted.borrow();
        let Some(wanted) = wanted.as_ref() else { continue };
        let (fleet, counted) = (service.fleet.clone(), wanted.counted.clone());
        let led = Arc::new(Led { fleet, counted });
        names.extend(wanted.names.iter().map(|name| (name.clone(), led.clone())));
    }
    names
}
