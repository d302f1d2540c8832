//! Changing the rules of a live group: new ones come before old ones go, so that nothing that
//! stays allowed is cut off in between.

use super::rule::{Difference, permissions};
use crate::aws::Context;
use crate::resource::Result;

/// Which way rules let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    pub(super) fn property(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }
}

/// Makes a call only for what there is to do.
pub(super) async fn apply(
    cx: &Context,
    group: &str,
    direction: Direction,
    difference: &Difference,
) -> Result<()> {
    if !difference.authorize.is_empty() {
        authorize(cx, group, direction, difference).await?;
    }
    if !difference.describe.is_empty() {
        describe(cx, group, direction, difference).await?;
    }
    if !difference.revoke.is_empty() {
        revoke(cx, group, direction, difference).await?;
    }
    Ok(())
}

async fn authorize(
    cx: &Context,
    group: &str,
    direction: Direction,
    difference: &Difference,
) -> Result<()> {
    let (ec2, permissions) = (cx.clients.ec2(), Some(permissions(&difference.authorize, group)));
    match direction {
        Direction::Ingress => {
            let request = ec2.authorize_security_group_ingress().group_id(group);
            request.set_ip_permissions(permissions).send().await?;
        }
        Direction::Egress => {
            let request = ec2.authorize_security_group_egress().group_id(group);
            request.set_ip_permissions(permissions).send().await?;
        }
    }
    Ok(())
}

async fn describe(
    cx: &Context,
    group: &str,
    direction: Direction,
    difference: &Difference,
) -> Result<()> {
    let (ec2, permissions) = (cx.clients.ec2(), Some(permissions(&difference.describe, group)));
    match direction {
        Direction::Ingress => {
            let request = ec2.update_security_group_rule_descriptions_ingress().group_id(group);
            request.set_ip_permissions(permissions).send().await?;
        }
        Direction::Egress => {
            let request = ec2.update_security_group_rule_descriptions_egress().group_id(group);
            request.set_ip_permissions(permissions).send().await?;
        }
    }
    Ok(())
}

async fn revoke(
    cx: &Context,
    group: &str,
    direction: Direction,
    difference: &Difference,
) -> Result<()> {
    let (ec2, permissions) = (cx.clients.ec2(), Some(permissions(&difference.revoke, group)));
    match direction {
        Direction::Ingress => {
            let request = ec2.revoke_security_group_ingress().group_id(group);
            request.set_ip_permissions(permissions).send().await?;
        }
        Direction::Egress => {
            let request = ec2.revoke_security_group_egress().group_id(group);
            request.set_ip_permissions(permissions).send().await?;
        }
    }
    Ok(())
}
