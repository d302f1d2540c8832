//! What ECS puts around a service: a load balancer with its security group, and the group through
//! which it reaches the tasks.

use serde::{Deserialize, Serialize};

use super::configuration::Configuration;
use crate::call::Call;
use crate::services::ec2::{self, NewGroup, NewInterface, Source};

/// What ECS has put around a service.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Managed {
    /// Whether the internet reaches it.
    pub public: bool,
    /// The load balancer's subnets.
    pub subnets: Vec<String>,
    /// The load balancer's group.
    pub balancer_group: String,
    /// The group of the tasks.
    pub service_group: String,
    /// The load balancer's interfaces.
    pub interfaces: Vec<String>,
}

impl Managed {
    /// Makes it, in the subnets of a configuration; in public ones, the internet reaches it.
    pub(super) fn provide(
        call: &mut Call<'_>,
        id: &str,
        vpc: &str,
        configuration: &Configuration,
    ) -> Self {
        let account = call.account;
        let ec2 = &mut call.world.region(call.region).ec2;
        let subnets = configuration.subnets().to_vec();
        let public = subnets.iter().all(|subnet| ec2.is_public(subnet));
        let short = &id[..12];
        let mut group = |name: &str, description: &str, port: u16, from: Source<'_>| {
            let name = format!("ecs-express-gateway-{name}-{short}");
            let wanted = NewGroup { name: &name, description, vpc, port, from };
            ec2.open_group(call.ids, account, wanted)
        };
        let balancer_group =
            group("alb", "Load balancer of an Express service", 443, Source::Anywhere);
        let (port, from) = (configuration.port(), Source::Group(&balancer_group));
        let service_group = group("service", "Tasks of an Express service", port, from);
        let open = |subnet: &String| {
            let request = NewInterface {
                subnet_id: subnet.clone(),
                group_ids: vec![balancer_group.clone()],
                description: format!("ELB app/ecs-express-gateway-alb-{short}/{}", &id[..16]),
                requester_id: "amazon-elb".to_owned(),
                interface_type: "interface".to_owned(),
            };
            ec2.open_interface(call.ids, request).ok()
        };
        let interfaces = subnets.iter().filter_map(open).collect();
        Self { public, subnets, balancer_group, service_group, interfaces }
    }

    /// Takes it away.
    pub(super) fn remove(&mut self, ec2: &mut ec2::State) {
        self.interfaces.drain(..).for_each(|interface| ec2.close_interface(&interface));
        ec2.close_groups(&[self.service_group.clone(), self.balancer_group.clone()]);
    }

    /// The groups of tasks: the customer's, and the one through which the load balancer comes.
    pub(in super::super) fn task_groups(&self, configuration: &Configuration) -> Vec<String> {
        let own = configuration.security_groups().iter();
        own.chain([&self.service_group]).cloned().collect()
    }
}
