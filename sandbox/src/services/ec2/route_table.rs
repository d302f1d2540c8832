//! Route tables and their associations with subnets.

use serde::{Deserialize, Serialize};

use crate::call::{Call, Ids};
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

use super::filters::{self, Described, Filters, Listing};
use super::idempotency::Attempt;
use super::kind::{Kind, Object, get, select};
use super::route::{Route, RouteDescription};
use super::state::State;
use super::tags::{TagSpecification, specified};
use super::{Here, Scope, errors, here};

/// Where traffic of the associated subnets goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RouteTable {
    pub(super) id: String,
    pub(super) vpc_id: String,
    pub(super) associations: Vec<Association>,
    pub(super) routes: Vec<Route>,
    pub(super) tags: Tags,
}

/// What a table is for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Association {
    pub(super) id: String,
    /// `None` for all subnets that have no association of their own: the main table.
    pub(super) subnet_id: Option<String>,
}

impl RouteTable {
    fn new(vpc: &str, ids: &mut Ids) -> Self {
        Self {
            id: ids.ec2("rtb"),
            vpc_id: vpc.to_owned(),
            associations: Vec::new(),
            routes: Vec::new(),
            tags: Tags::default(),
        }
    }

    /// The table that comes with a VPC.
    pub fn main(vpc: &str, ids: &mut Ids) -> Self {
        let main = Association { id: ids.ec2("rtbassoc"), subnet_id: None };
        Self { associations: vec![main], ..Self::new(vpc, ids) }
    }

    /// Whether the VPC's subnets use it where they have no other.
    pub fn is_main(&self) -> bool {
        self.associations.iter().any(|own| own.subnet_id.is_none())
    }
}

impl Object for RouteTable {
    const KIND: Kind = Kind::RouteTable;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

/// Asks for a table.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateRouteTableRequest {
    vpc_id: String,
    #[serde(skip_serializing)]
    client_token: Option<String>,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
}

/// The table that was made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateRouteTableResponse {
    route_table: TableDescription,
    client_token: Option<String>,
}

/// Makes a table with the local routes alone.
pub fn create(
    call: &mut Call<'_>,
    mut request: CreateRouteTableRequest,
) -> Result<CreateRouteTableResponse, Fault> {
    let Here { state, ids, clock, scope } = here(call);
    let client_token = request.client_token.take();
    let attempt = Attempt::new("CreateRouteTable", client_token.as_deref(), &request)?;
    let made = state.tokens.made_before(&attempt)?.first();
    let table = match made.and_then(|id| state.route_tables.get(id)) {
        Some(table) => table.clone(),
        None => {
            let vpc = get(&state.vpcs, &request.vpc_id)?;
            let tags = specified(&request.tag_specifications, Kind::RouteTable)?;
            let table = RouteTable { tags, ..RouteTable::new(&vpc.id, ids) };
            state.tokens.remember(attempt, vec![table.id.clone()], clock.now);
            state.route_tables.insert(table.id.clone(), table.clone());
            table
        }
    };
    let route_table = TableDescription::of(&table, state, scope);
    Ok(CreateRouteTableResponse { route_table, client_token })
}

/// Names a table.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteRouteTableRequest {
    route_table_id: String,
}

/// Deletes a table that no subnet and no VPC uses.
pub fn delete(call: &mut Call<'_>, request: DeleteRouteTableRequest) -> Result<Empty, Fault> {
    let state = here(call).state;
    let table = get(&state.route_tables, &request.route_table_id)?;
    if !table.associations.is_empty() {
        return Err(errors::has_dependencies(Kind::RouteTable, &table.id));
    }
    let id = table.id.clone();
    for endpoint in state.vpc_endpoints.values_mut() {
        endpoint.route_table_ids.retain(|own| *own != id);
    }
    state.route_tables.remove(&id);
    Ok(Empty {})
}

/// Asks for tables.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeRouteTablesRequest {
    #[serde(default)]
    route_table_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of tables.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeRouteTablesResponse {
    route_tables: Vec<TableDescription>,
    next_token: Option<String>,
}

/// Lists tables.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeRouteTablesRequest,
) -> Result<DescribeRouteTablesResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    let tables = select(&state.route_tables, &request.route_table_ids)?;
    let tables = tables.into_iter().map(|one| TableDescription::of(one, state, scope)).collect();
    let page = filters::list(tables, &request.listing)?;
    Ok(DescribeRouteTablesResponse { route_tables: page.items, next_token: page.next })
}

/// A table as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TableDescription {
    route_table_id: String,
    vpc_id: String,
    owner_id: String,
    associations: Vec<AssociationDescription>,
    propagating_vgws: [(); 0],
    routes: Vec<RouteDescription>,
    tags: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssociationDescription {
    route_table_association_id: String,
    route_table_id: String,
    subnet_id: Option<String>,
    main: bool,
    association_state: AssociationState,
}

/// How far an association is; in the sandbox it is made at once.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssociationState {
    state: &'static str,
}

impl AssociationState {
    pub(super) const ASSOCIATED: Self = Self { state: "associated" };
}

impl TableDescription {
    fn of(table: &RouteTable, state: &State, scope: Scope<'_>) -> Self {
        let association = |own: &Association| AssociationDescription {
            route_table_association_id: own.id.clone(),
            route_table_id: table.id.clone(),
            subnet_id: own.subnet_id.clone(),
            main: own.subnet_id.is_none(),
            association_state: AssociationState::ASSOCIATED,
        };
        Self {
            route_table_id: table.id.clone(),
            vpc_id: table.vpc_id.clone(),
            owner_id: scope.account.to_owned(),
            associations: table.associations.iter().map(association).collect(),
            propagating_vgws: [],
            routes: state.routes_of(table, scope),
            tags: table.tags.list(),
        }
    }
}

/// The values that one member has in all of a table's routes.
fn each(table: &TableDescription, value: fn(&RouteDescription) -> Option<String>) -> Vec<String> {
    table.routes.iter().filter_map(value).collect()
}

impl Described for TableDescription {
    const FILTERS: Filters<Self> = &[
        ("route-table-id", |table| vec![table.route_table_id.clone()]),
        ("vpc-id", |table| vec![table.vpc_id.clone()]),
        ("owner-id", |table| vec![table.owner_id.clone()]),
        ("association.main", |table| {
            table.associations.iter().map(|own| own.main.to_string()).collect()
        }),
        ("association.route-table-association-id", |table| {
            table.associations.iter().map(|own| own.route_table_association_id.clone()).collect()
        }),
        ("association.route-table-id", |table| {
            table.associations.iter().map(|own| own.route_table_id.clone()).collect()
        }),
        ("association.subnet-id", |table| {
            table.associations.iter().filter_map(|own| own.subnet_id.clone()).collect()
        }),
        ("association.gateway-id", |_| Vec::new()),
        ("route.destination-cidr-block", |table| {
            each(table, |route| route.destination_cidr_block.clone())
        }),
        ("route.destination-ipv6-cidr-block", |table| {
            each(table, |route| route.destination_ipv6_cidr_block.clone())
        }),
        ("route.destination-prefix-list-id", |table| {
            each(table, |route| route.destination_prefix_list_id.clone())
        }),
        ("route.gateway-id", |table| each(table, |route| route.gateway_id.clone())),
        ("route.nat-gateway-id", |table| each(table, |route| route.nat_gateway_id.clone())),
        ("route.origin", |table| each(table, |route| Some(route.origin.to_owned()))),
        ("route.state", |table| each(table, |route| Some(route.state.to_owned()))),
        ("route.egress-only-internet-gateway-id", |_| Vec::new()),
        ("route.instance-id", |_| Vec::new()),
        ("route.transit-gateway-id", |_| Vec::new()),
        ("route.vpc-peering-connection-id", |_| Vec::new()),
    ];

    fn key(&self) -> String {
        self.route_table_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}
