//! `iam.account_password_policy`: what the passwords of an account's users must be like.

use aws_sdk_iam::types::PasswordPolicy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::adopted::{LEFT, adopted, is_adopted, name, refuse_existing};
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// The account's password policy. One that is there already is adopted: what is said here is
/// changed, and it is never taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountPasswordPolicy {
    /// How many characters a password has at least, 6 to 128. AWS's default: 6.
    #[schemars(range(min = 6, max = 128))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_password_length: Option<i32>,
    /// Whether one must be none of letters and digits. AWS's default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_symbols: Option<bool>,
    /// Whether one must be a digit. AWS's default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_numbers: Option<bool>,
    /// Whether one must be an upper-case letter. AWS's default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_uppercase_characters: Option<bool>,
    /// Whether one must be a lower-case letter. AWS's default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_lowercase_characters: Option<bool>,
    /// Whether users may change their own. AWS's default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_users_to_change_password: Option<bool>,
    /// After how many days a password expires, 1 to 1095. AWS's default: never.
    #[schemars(range(min = 1, max = 1095))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_password_age: Option<i32>,
    /// How many of a user's earlier passwords are refused, 1 to 24. AWS's default: none.
    #[schemars(range(min = 1, max = 24))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_reuse_prevention: Option<i32>,
    /// Whether somebody else must set the password of a user whose one has expired. AWS's default:
    /// `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hard_expiry: Option<bool>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// The account.
    pub account: String,
}

impl Resource for AccountPasswordPolicy {
    const KIND: &'static str = "iam.account_password_policy";
    const TRAITS: Traits =
        Traits { clearable: &["max_password_age", "password_reuse_prevention"], ..Traits::DEFAULT };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let accounts: Vec<Id> = ids.iter().map(|id| Id::from(name(id))).collect();
        one_by_one(&accounts, |account| async move {
            Ok(get(cx).await?.map(|policy| live(account, &policy)))
        })
        .await
    }

    async fn find(&self, cx: &Context, _owner: &Owner) -> Result<Vec<Id>> {
        let there = get(cx).await?.is_some();
        Ok(there.then(|| adopted(&cx.account)).into_iter().collect())
    }

    /// IAM would put it in the place of what is there.
    async fn create(&self, cx: &Context, _owner: &Owner) -> Result<Created<Outputs>> {
        if get(cx).await?.is_some() {
            return refuse_existing("a password policy");
        }
        self.put(cx, &Self::default()).await?;
        Ok(Created::ready(cx.account.as_str(), Outputs { account: cx.account.clone() }))
    }

    async fn update(&self, cx: &Context, _id: &Id, change: &Change<Self>) -> Result<()> {
        if change.properties.is_empty() {
            return Ok(());
        }
        // What was taken away goes; what was never said stays.
        let mut before = change.before.clone();
        before.max_password_age.take_if(|_| change.has("max_password_age"));
        before.password_reuse_prevention.take_if(|_| change.has("password_reuse_prevention"));
        self.put(cx, &before).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if is_adopted(id) {
            return Ok(LEFT);
        }
        let answer = cx.clients.iam().delete_account_password_policy().send().await;
        Error::optional(answer.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl AccountPasswordPolicy {
    /// IAM sets what it is not given back to its default, so all is given.
    async fn put(&self, cx: &Context, before: &Self) -> Result<()> {
        let request = cx.clients.iam().update_account_password_policy();
        request
            .set_minimum_password_length(
                self.minimum_password_length.or(before.minimum_password_length),
            )
            .set_require_symbols(self.require_symbols.or(before.require_symbols))
            .set_require_numbers(self.require_numbers.or(before.require_numbers))
            .set_require_uppercase_characters(
                self.require_uppercase_characters.or(before.require_uppercase_characters),
            )
            .set_require_lowercase_characters(
                self.require_lowercase_characters.or(before.require_lowercase_characters),
            )
            .set_allow_users_to_change_password(
                self.allow_users_to_change_password.or(before.allow_users_to_change_password),
            )
            .set_max_password_age(self.max_password_age.or(before.max_password_age))
            .set_password_reuse_prevention(
                self.password_reuse_prevention.or(before.password_reuse_prevention),
            )
            .set_hard_expiry(self.hard_expiry.or(before.hard_expiry))
            .send()
            .await?;
        Ok(())
    }
}

async fn get(cx: &Context) -> Result<Option<PasswordPolicy>> {
    let answer = cx.clients.iam().get_account_password_policy().send().await;
    let answer = Error::optional(answer.map_err(Error::from))?;
    Ok(answer.and_then(|answer| answer.password_policy))
}

fn live(account: &str, policy: &PasswordPolicy) -> Live<AccountPasswordPolicy> {
    let days = |days: Option<i32>| days.filter(|days| *days != 0);
    let spec = AccountPasswordPolicy {
        minimum_password_length: policy.minimum_password_length(),
        require_symbols: Some(policy.require_symbols()),
        require_numbers: Some(policy.require_numbers()),
        require_uppercase_characters: Some(policy.require_uppercase_characters()),
        require_lowercase_characters: Some(policy.require_lowercase_characters()),
        allow_users_to_change_password: Some(policy.allow_users_to_change_password()),
        max_password_age: days(policy.max_password_age()),
        password_reuse_prevention: days(policy.password_reuse_prevention()),
        hard_expiry: Some(policy.hard_expiry().unwrap_or(false)),
    };
    let outputs = Outputs { account: account.to_owned() };
    Live { spec, outputs, tags: None, status: Status::Ready }
}
