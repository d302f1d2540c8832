//! The account's public access block, which holds for every bucket besides the bucket's own.

use serde::{Deserialize, Serialize};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

/// What holds for all buckets.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// None until it is put: nothing is blocked then.
    pub public_access_block: Option<PublicAccessBlock>,
}

/// What of public access is blocked. A setting that is not sent is off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PublicAccessBlock {
    /// ACLs that grant public access are refused.
    pub block_public_acls: bool,
    /// ACLs that grant public access are of no effect.
    pub ignore_public_acls: bool,
    /// Policies that grant public access are refused.
    pub block_public_policy: bool,
    /// A bucket with a public policy answers only its account and AWS's services.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// Whether all four settings are on.
    pub fn is_complete(&self) -> bool {
        self.block_public_acls
            && self.ignore_public_acls
            && self.block_public_policy
            && self.restrict_public_buckets
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccountRequest {
    account_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    account_id: String,
    public_access_block_configuration: PublicAccessBlock,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetResponse {
    public_access_block_configuration: PublicAccessBlock,
}

/// The account's block, if it was ever put.
pub(super) fn get(call: &mut Call<'_>, request: AccountRequest) -> Result<GetResponse, Fault> {
    check_account(call, &request.account_id)?;
    let block = call.global().s3control.public_access_block;
    let public_access_block_configuration = block.ok_or_else(errors::no_public_access_block)?;
    Ok(GetResponse { public_access_block_configuration })
}

/// Puts a block in place of the one that was there.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Empty, Fault> {
    check_account(call, &request.account_id)?;
    let block = request.public_access_block_configuration;
    call.global().s3control.public_access_block = Some(block);
    Ok(Empty {})
}

/// Takes the block away; it is no error that there is none.
pub(super) fn delete(call: &mut Call<'_>, request: AccountRequest) -> Result<Empty, Fault> {
    check_account(call, &request.account_id)?;
    call.global().s3control.public_access_block = None;
    Ok(Empty {})
}

fn check_account(call: &Call<'_>, account: &str) -> Result<(), Fault> {
    if account == call.account { Ok(()) } else { Err(errors::foreign_account()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn a_block_is_put_in_place_of_the_former_and_taken_away() {
        let mut fixture = Fixture::new();
        let account = json!({"AccountId": "123456789012"});
        let missing = fixture.fault("s3control", "GetPublicAccessBlock", account.clone());
        assert_eq!(missing, "NoSuchPublicAccessBlockConfiguration");
        for (settings, policy) in
            [(json!({"BlockPublicPolicy": true}), true), (json!({"BlockPublicAcls": true}), false)]
        {
            let put = json!({
                "AccountId": "123456789012",
                "PublicAccessBlockConfiguration": settings,
            });
            fixture.call("s3control", "PutPublicAccessBlock", put).unwrap();
            let got = fixture.call("s3control", "GetPublicAccessBlock", account.clone()).unwrap();
            assert_eq!(got["PublicAccessBlockConfiguration"]["BlockPublicPolicy"], policy);
        }
        fixture.call("s3control", "DeletePublicAccessBlock", account.clone()).unwrap();
        fixture.fault("s3control", "GetPublicAccessBlock", account);
    }

    #[test]
    fn another_account_is_not_ours() {
        let foreign = json!({"AccountId": "999999999999"});
        let fault = Fixture::new().fault("s3control", "GetPublicAccessBlock", foreign);
        assert_eq!(fault, "AccessDenied");
    }
}
