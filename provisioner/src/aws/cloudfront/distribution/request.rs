//! A distribution in CloudFront's form.
//!
//! CloudFront replaces the whole at each update and refuses to forget: what is not declared is
//! left as it is, and what is declared is said with all its defaults.

use aws_sdk_cloudfront::types as cf;

use super::behavior::Behavior;
use super::origin::Origin;
use super::{Distribution, ErrorResponse, GeoRestriction, Logging, ViewerCertificate};
use crate::aws::Error;
use crate::aws::cloudfront::quantity;
use crate::aws::word::word;
use crate::resource::Result;

/// A new distribution before anything is said of it. CloudFront refuses a second one of this token.
pub(super) fn blank(token: &str, comment: String) -> Result<cf::DistributionConfig> {
    let config = cf::DistributionConfig::builder().caller_reference(token).comment(comment);
    Ok(config.enabled(true).build()?)
}

impl Distribution {
    /// Writes those of the properties that `wanted` names over what is there; one that is not
    /// declared is taken away.
    pub(super) fn write(
        &self,
        config: &mut cf::DistributionConfig,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        self.write_content(config, &wanted)?;
        self.write_names(config, &wanted)?;
        if wanted("enabled") {
            config.enabled = self.enabled.unwrap_or(true);
        }
        if let Some(comment) = self.comment.clone().filter(|_| wanted("comment")) {
            config.comment = comment;
        }
        if wanted("price_class") {
            let class = self.price_class.map(|class| word(&class).as_str().into());
            config.price_class = class.or(Some(cf::PriceClass::PriceClassAll));
        }
        if wanted("http_version") {
            let version = self.http_version.map(|version| word(&version).as_str().into());
            config.http_version = version.or(Some(cf::HttpVersion::Http2));
        }
        if wanted("is_ipv6_enabled") {
            config.is_ipv6_enabled = Some(self.is_ipv6_enabled.unwrap_or(false));
        }
        if wanted("geo_restriction") {
            config.restrictions = Some(restrictions(self.geo_restriction.as_ref())?);
        }
        if wanted("logging") {
            config.logging = Some(logging(self.logging.as_ref())?);
        }
        if wanted("web_acl_id") {
            config.web_acl_id = Some(self.web_acl_id.clone().unwrap_or_default());
        }
        Ok(())
    }

    /// What is served, and from where.
    fn write_content(
        &self,
        config: &mut cf::DistributionConfig,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        if wanted("origins") {
            let items = self.origins.iter().map(Origin::to_aws).collect::<Result<Vec<_>>>()?;
            let list = cf::Origins::builder().quantity(quantity(&items)).set_items(Some(items));
            config.origins = Some(list.build()?);
        }
        if wanted("default_cache_behavior") {
            config.default_cache_behavior = Some(self.default_cache_behavior.to_aws_default()?);
        }
        if wanted("ordered_cache_behaviors") {
            let items = self.ordered_cache_behaviors.iter().flatten().map(Behavior::to_aws);
            let items = items.collect::<Result<Vec<_>>>()?;
            let list = cf::CacheBehaviors::builder().quantity(quantity(&items));
            let items = (!items.is_empty()).then_some(items);
            config.cache_behaviors = Some(list.set_items(items).build()?);
        }
        if wanted("custom_error_responses") {
            let items = self.custom_error_responses.iter().flatten().map(ErrorResponse::to_aws);
            let items = items.collect::<Result<Vec<_>>>()?;
            let list = cf::CustomErrorResponses::builder().quantity(quantity(&items));
            let items = (!items.is_empty()).then_some(items);
            config.custom_error_responses = Some(list.set_items(items).build()?);
        }
        if wanted("default_root_object") {
            config.default_root_object = Some(self.default_root_object.clone().unwrap_or_default());
        }
        Ok(())
    }

    /// Under which names, and with which certificate.
    fn write_names(
        &self,
        config: &mut cf::DistributionConfig,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        if wanted("aliases") {
            let items = self.aliases.clone().unwrap_or_default();
            let list = cf::Aliases::builder().quantity(quantity(&items));
            let items = (!items.is_empty()).then_some(items);
            config.aliases = Some(list.set_items(items).build()?);
        }
        if wanted("viewer_certificate") {
            config.viewer_certificate = Some(certificate(self.viewer_certificate.as_ref()));
        }
        Ok(())
    }
}

impl ErrorResponse {
    fn to_aws(&self) -> Result<cf::CustomErrorResponse> {
        cf::CustomErrorResponse::builder()
            .error_code(self.error_code)
            .response_page_path(self.response_page_path.as_deref().unwrap_or_default())
            .response_code(self.response_code.map(|code| code.to_string()).unwrap_or_default())
            .error_caching_min_ttl(self.error_caching_min_ttl.unwrap_or(10))
            .build()
            .map_err(Error::from)
    }
}

fn certificate(certificate: Option<&ViewerCertificate>) -> cf::ViewerCertificate {
    let Some(certificate) = certificate else {
        return cf::ViewerCertificate::builder().cloud_front_default_certificate(true).build();
    };
    let oldest = certificate.minimum_protocol_version.as_deref().unwrap_or("TLSv1.2_2021");
    let method = certificate.ssl_support_method.as_deref().unwrap_or("sni-only");
    cf::ViewerCertificate::builder()
        .cloud_front_default_certificate(false)
        .acm_certificate_arn(&certificate.acm_certificate_arn)
        .minimum_protocol_version(oldest.into())
        .ssl_support_method(method.into())
        .build()
}

fn restrictions(restriction: Option<&GeoRestriction>) -> Result<cf::Restrictions> {
    let kind = restriction.map_or("none", |restriction| restriction.restriction_type.as_str());
    let locations = restriction.map(|restriction| restriction.locations.clone());
    let geo = cf::GeoRestriction::builder()
        .restriction_type(kind.into())
        .quantity(quantity(locations.as_deref().unwrap_or_default()))
        .set_items(locations);
    Ok(cf::Restrictions::builder().geo_restriction(geo.build()?).build())
}

fn logging(logging: Option<&Logging>) -> Result<cf::LoggingConfig> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let cookies = logging.and_then(|logging| logging.include_cookies).unwrap_or(false);
    Ok(cf::LoggingConfig::builder()
        .enabled(logging.is_some())
        .include_cookies(cookies)
        .bucket(text(logging.map(|logging| logging.bucket.as_str())))
        .prefix(text(logging.and_then(|logging| logging.prefix.as_deref())))
        .build())
}
