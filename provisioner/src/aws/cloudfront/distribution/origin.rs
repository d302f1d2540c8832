//! From where a distribution takes what it serves.

use aws_sdk_cloudfront::types as cf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::Error;
use crate::aws::cloudfront::quantity;
use crate::aws::word::{from_word, word};
use crate::resource::{Result, Tags};

/// An origin: a bucket, or with `custom_origin_config` any server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Its name in this distribution, unique.
    #[schemars(length(min = 1, max = 128))]
    pub id: String,
    /// Its host name; a bucket's is its `regional_domain_name`.
    #[schemars(length(min = 1, max = 253))]
    pub domain_name: String,
    /// What is put before the path of each request, e.g. `/site`. Default: nothing.
    #[schemars(regex(pattern = r"^(/.*[^/])?$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_path: Option<String>,
    /// The id of the origin access control with which CloudFront proves to it who it is. Default:
    /// it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_access_control_id: Option<String>,
    /// How a server that is no bucket is spoken to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_origin_config: Option<CustomOrigin>,
    /// Headers that are added to each request. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_headers: Option<Tags>,
    /// How often CloudFront tries to connect, 1 to 3. Default 3.
    #[schemars(range(min = 1, max = 3))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_attempts: Option<i32>,
    /// For how many seconds each time, 1 to 10. Default 10.
    #[schemars(range(min = 1, max = 10))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_timeout: Option<i32>,
    /// The region of one more cache between all places and the origin. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_shield_region: Option<String>,
}

/// How a server that is no bucket is spoken to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomOrigin {
    /// Its port for plain HTTP. Default 80.
    #[schemars(range(min = 80, max = 65535))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_port: Option<i32>,
    /// Its port for TLS. Default 443.
    #[schemars(range(min = 80, max = 65535))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub https_port: Option<i32>,
    /// Whether by TLS. Default `https-only`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_protocol_policy: Option<OriginProtocolPolicy>,
    /// With which versions of TLS. Default `[TLSv1.2]`.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_ssl_protocols: Option<Vec<SslProtocol>>,
    /// For how many seconds CloudFront waits for an answer, 1 to 120. Default 30.
    #[schemars(range(min = 1, max = 120))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_read_timeout: Option<i32>,
    /// For how many seconds an idle connection is kept, 1 to 120. Default 5.
    #[schemars(range(min = 1, max = 120))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_keepalive_timeout: Option<i32>,
}

/// Whether an origin is spoken to by TLS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OriginProtocolPolicy {
    /// Never.
    HttpOnly,
    /// As the viewer comes.
    MatchViewer,
    /// Always.
    #[default]
    HttpsOnly,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SslProtocol {
    /// SSL 3.0, which nobody should use.
    #[serde(rename = "SSLv3")]
    Ssl3,
    /// TLS 1.0, which nobody should use.
    #[serde(rename = "TLSv1")]
    Tls10,
    /// TLS 1.1, which nobody should use.
    #[serde(rename = "TLSv1.1")]
    Tls11,
    /// TLS 1.2.
    #[serde(rename = "TLSv1.2")]
    Tls12,
}

impl Origin {
    /// All of it is said: an update refuses what a creation fills in.
    pub(super) fn to_aws(&self) -> Result<cf::Origin> {
        let custom = self.custom_origin_config.as_ref().map(CustomOrigin::to_aws).transpose()?;
        let bucket = cf::S3OriginConfig::builder().origin_access_identity("").build();
        let shield = cf::OriginShield::builder()
            .enabled(self.origin_shield_region.is_some())
            .set_origin_shield_region(self.origin_shield_region.clone());
        Ok(cf::Origin::builder()
            .id(&self.id)
            .domain_name(&self.domain_name)
            .origin_path(self.origin_path.as_deref().unwrap_or_default())
            .origin_access_control_id(self.origin_access_control_id.as_deref().unwrap_or_default())
            .set_s3_origin_config(custom.is_none().then_some(bucket))
            .set_custom_origin_config(custom)
            .custom_headers(self.headers()?)
            .connection_attempts(self.connection_attempts.unwrap_or(3))
            .connection_timeout(self.connection_timeout.unwrap_or(10))
            .origin_shield(shield.build()?)
            .build()?)
    }

    fn headers(&self) -> Result<cf::CustomHeaders> {
        let header = |(name, value): (&String, &String)| {
            let header = cf::OriginCustomHeader::builder().header_name(name).header_value(value);
            header.build().map_err(Error::from)
        };
        let headers = self.custom_headers.iter().flatten().map(header);
        let headers = headers.collect::<Result<Vec<_>>>()?;
        let list = cf::CustomHeaders::builder().quantity(quantity(&headers));
        Ok(list.set_items((!headers.is_empty()).then_some(headers)).build()?)
    }

    pub(super) fn from_aws(origin: &cf::Origin) -> Self {
        let filled = |text: Option<&str>| text.filter(|it| !it.is_empty()).map(str::to_owned);
        let headers = origin.custom_headers().map(|headers| headers.items()).unwrap_or_default();
        let pairs = headers.iter().map(|it| (it.header_name.clone(), it.header_value.clone()));
        let shield = origin.origin_shield().filter(|shield| shield.enabled);
        Self {
            id: origin.id.clone(),
            domain_name: origin.domain_name.clone(),
            origin_path: filled(origin.origin_path()),
            origin_access_control_id: filled(origin.origin_access_control_id()),
            custom_origin_config: origin.custom_origin_config().map(CustomOrigin::from_aws),
            custom_headers: (!headers.is_empty()).then(|| pairs.collect()),
            connection_attempts: origin.connection_attempts,
            connection_timeout: origin.connection_timeout,
            origin_shield_region: shield.and_then(|shield| filled(shield.origin_shield_region())),
        }
    }
}

impl CustomOrigin {
    fn to_aws(&self) -> Result<cf::CustomOriginConfig> {
        let protocols = self.origin_ssl_protocols.clone();
        let protocols = protocols.unwrap_or_else(|| vec![SslProtocol::Tls12]);
        let protocols: Vec<cf::SslProtocol> =
            protocols.iter().map(|protocol| word(protocol).as_str().into()).collect();
        let protocols = cf::OriginSslProtocols::builder()
            .quantity(quantity(&protocols))
            .set_items(Some(protocols));
        let policy = word(&self.origin_protocol_policy.unwrap_or_default());
        Ok(cf::CustomOriginConfig::builder()
            .http_port(self.http_port.unwrap_or(80))
            .https_port(self.https_port.unwrap_or(443))
            .origin_protocol_policy(policy.as_str().into())
            .origin_ssl_protocols(protocols.build()?)
            .origin_read_timeout(self.origin_read_timeout.unwrap_or(30))
            .origin_keepalive_timeout(self.origin_keepalive_timeout.unwrap_or(5))
            .build()?)
    }

    fn from_aws(config: &cf::CustomOriginConfig) -> Self {
        let protocols = config.origin_ssl_protocols().map(|protocols| protocols.items());
        Self {
            http_port: Some(config.http_port),
            https_port: Some(config.https_port),
            origin_protocol_policy: from_word(config.origin_protocol_policy.as_str()),
            origin_ssl_protocols: protocols
                .map(|all| all.iter().filter_map(|it| from_word(it.as_str())).collect()),
            origin_read_timeout: config.origin_read_timeout,
            origin_keepalive_timeout: config.origin_keepalive_timeout,
        }
    }
}
