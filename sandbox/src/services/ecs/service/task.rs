//! The tasks of a service: a place in a subnet each, in which its container runs.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Service;
use super::revision::Revision;
use crate::call::Call;
use crate::services::ec2::{self, NewInterface};

/// A task that is there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Task {
    /// Thirty-two hexadecimal digits.
    pub id: String,
    /// Its revision.
    pub generation: u64,
    /// When it was made.
    pub created: Timestamp,
    /// When its container was well.
    pub started: Option<Timestamp>,
    /// Where it is.
    pub place: Option<Place>,
}

/// Where a task is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Place {
    /// `eni-…`
    pub interface: String,
    /// `subnet-…`
    pub subnet: String,
    /// Its address.
    pub address: Ipv4Addr,
    /// The subnet's zone.
    pub zone: String,
}

/// Makes as many tasks of a revision as there are at least, spread over its subnets.
pub(super) fn place(call: &mut Call<'_>, service: &mut Service, revision: &Revision) {
    let (count, _) = revision.configuration.task_counts();
    let subnets = revision.configuration.subnets();
    let groups = service.managed.task_groups(&revision.configuration);
    for number in 0..count as usize {
        let subnet = &subnets[number % subnets.len().max(1)];
        service.tasks.push(Task {
            id: call.ids.hex(32),
            generation: revision.generation,
            created: call.clock.now,
            started: None,
            place: open(call, subnet, &groups),
        });
    }
}

/// A task without a place is one that found its subnet full.
fn open(call: &mut Call<'_>, subnet: &str, groups: &[String]) -> Option<Place> {
    let ec2 = &mut call.world.region(call.region).ec2;
    let request = NewInterface {
        subnet_id: subnet.to_owned(),
        group_ids: groups.to_vec(),
        description: "Amazon ECS task of an Express service".to_owned(),
        requester_id: "amazon-ecs".to_owned(),
        interface_type: "interface".to_owned(),
    };
    let interface = ec2.open_interface(call.ids, request).ok()?;
    let address = ec2.interface_address(&interface)?;
    let zone = ec2.subnet(subnet)?.availability_zone.clone();
    Some(Place { interface, subnet: subnet.to_owned(), address, zone })
}

impl Service {
    /// Ends the tasks of all revisions but this one.
    pub(super) fn end_tasks_but(&mut self, generation: Option<u64>, ec2: &mut ec2::State) {
        let (stay, go) =
            self.tasks.drain(..).partition(|task: &Task| Some(task.generation) == generation);
        self.tasks = stay;
        for place in go.into_iter().filter_map(|task| task.place) {
            ec2.close_interface(&place.interface);
        }
    }
}
