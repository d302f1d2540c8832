"""CloudFront: policies, functions, a distribution with its invalidations and tags."""

from . import ACCOUNT, refused

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
NOTHING = {
    "HeadersConfig": {"HeaderBehavior": "none"},
    "CookiesConfig": {"CookieBehavior": "none"},
    "QueryStringsConfig": {"QueryStringBehavior": "none"},
}
CACHE_POLICY = {
    "Name": "stranger",
    "MinTTL": 1,
    "DefaultTTL": 60,
    "MaxTTL": 3600,
    "ParametersInCacheKeyAndForwardedToOrigin": {
        "EnableAcceptEncodingGzip": True,
        "EnableAcceptEncodingBrotli": True,
        "HeadersConfig": {
            "HeaderBehavior": "whitelist",
            "Headers": {"Quantity": 1, "Items": ["accept-language"]},
        },
        "CookiesConfig": {"CookieBehavior": "all"},
        "QueryStringsConfig": {"QueryStringBehavior": "all"},
    },
}
ORIGIN_REQUEST_POLICY = {"Name": "stranger", "Comment": "nothing goes", **NOTHING}
RESPONSE_HEADERS_POLICY = {
    "Name": "stranger",
    "SecurityHeadersConfig": {
        "ContentTypeOptions": {"Override": True},
        "FrameOptions": {"Override": True, "FrameOption": "DENY"},
    },
    "CustomHeadersConfig": {
        "Quantity": 1,
        "Items": [{"Header": "x-stranger", "Value": "1", "Override": False}],
    },
}
ACCESS_CONTROL = {
    "Name": "stranger",
    "Description": "for a bucket",
    "SigningProtocol": "sigv4",
    "SigningBehavior": "always",
    "OriginAccessControlOriginType": "s3",
}


def distribution(reference, **more):
    return {
        "CallerReference": reference,
        "Comment": "a stranger's",
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "site",
                    "DomainName": "stranger.s3.us-east-1.amazonaws.com",
                    "S3OriginConfig": {"OriginAccessIdentity": ""},
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "site",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": CACHING_OPTIMIZED,
        },
        **more,
    }


def run(aws):
    cloudfront = aws("cloudfront")
    policies(cloudfront)
    functions(cloudfront)
    distributions(cloudfront)


def policies(cloudfront):
    kind(cloudfront, "cache_policy", "cache_policies", "CachePolicy", CACHE_POLICY)
    kind(
        cloudfront,
        "origin_request_policy",
        "origin_request_policies",
        "OriginRequestPolicy",
        ORIGIN_REQUEST_POLICY,
    )
    kind(
        cloudfront,
        "response_headers_policy",
        "response_headers_policies",
        "ResponseHeadersPolicy",
        RESPONSE_HEADERS_POLICY,
    )
    kind(
        cloudfront,
        "origin_access_control",
        "origin_access_controls",
        "OriginAccessControl",
        ACCESS_CONTROL,
    )


def kind(cloudfront, name, plural, shape, config):
    """One kind of policy through its life."""

    def call(operation, **arguments):
        return getattr(cloudfront, operation)(**arguments)

    with refused(f"NoSuch{shape}"):
        call(f"get_{name}", Id="none")
    made = call(f"create_{name}", **{f"{shape}Config": config})
    with refused(f"{shape}AlreadyExists"):
        call(f"create_{name}", **{f"{shape}Config": config})
    identifier = made[shape]["Id"]
    call(f"get_{name}", Id=identifier)
    call(f"get_{name}_config", Id=identifier)
    call(f"list_{plural}")
    with refused("InvalidIfMatchVersion"):
        call(f"delete_{name}", Id=identifier)
    updated = call(
        f"update_{name}",
        Id=identifier,
        IfMatch=made["ETag"],
        **{f"{shape}Config": {**config, "Name": "stranger-two"}},
    )
    with refused("PreconditionFailed"):
        call(f"delete_{name}", Id=identifier, IfMatch=made["ETag"])
    call(f"delete_{name}", Id=identifier, IfMatch=updated["ETag"])


def functions(cloudfront):
    config = {"Comment": "a stranger's", "Runtime": "cloudfront-js-2.0"}
    code = b"function handler(event) { return event.request; }"
    made = cloudfront.create_function(Name="stranger", FunctionConfig=config, FunctionCode=code)
    with refused("FunctionAlreadyExists"):
        cloudfront.create_function(Name="stranger", FunctionConfig=config, FunctionCode=code)
    cloudfront.describe_function(Name="stranger")
    assert cloudfront.get_function(Name="stranger")["FunctionCode"].read() == code
    cloudfront.update_function(
        Name="stranger", IfMatch=made["ETag"], FunctionConfig=config, FunctionCode=code + b"\n"
    )
    # The model misspells the header of the answer, so the tag comes from elsewhere.
    tag = cloudfront.describe_function(Name="stranger")["ETag"]
    cloudfront.publish_function(Name="stranger", IfMatch=tag)
    cloudfront.list_functions(Stage="LIVE")
    cloudfront.delete_function(Name="stranger", IfMatch=tag)


def distributions(cloudfront):
    with refused("NoSuchDistribution"):
        cloudfront.get_distribution(Id="ENONE")
    made = cloudfront.create_distribution(DistributionConfig=distribution("one"))
    identifier, arn = made["Distribution"]["Id"], made["Distribution"]["ARN"]
    with refused("DistributionAlreadyExists"):
        cloudfront.create_distribution(
            DistributionConfig=distribution("one", DefaultRootObject="index.html")
        )
    tags = {"Items": [{"Key": "owner", "Value": "strangers"}]}
    second = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={"DistributionConfig": distribution("two"), "Tags": tags}
    )
    cloudfront.get_distribution(Id=identifier)
    config = cloudfront.get_distribution_config(Id=identifier)
    cloudfront.list_distributions(MaxItems="1")
    cloudfront.list_distributions_by_web_acl_id(WebACLId="null")
    cloudfront.tag_resource(Resource=arn, Tags={"Items": [{"Key": "more", "Value": "1"}]})
    cloudfront.list_tags_for_resource(Resource=arn)
    cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["more"]})
    batch = {"CallerReference": "one", "Paths": {"Quantity": 1, "Items": ["/*"]}}
    invalidation = cloudfront.create_invalidation(
        DistributionId=identifier, InvalidationBatch=batch
    )["Invalidation"]
    cloudfront.get_invalidation(DistributionId=identifier, Id=invalidation["Id"])
    cloudfront.list_invalidations(DistributionId=identifier)
    with refused("NoSuchResource"):
        cloudfront.list_tags_for_resource(
            Resource=f"arn:aws:cloudfront::{ACCOUNT}:distribution/ENONE"
        )
    with refused("DistributionNotDisabled"):
        cloudfront.delete_distribution(Id=identifier, IfMatch=config["ETag"])
    remove(cloudfront, identifier)
    remove(cloudfront, second["Distribution"]["Id"])


def remove(cloudfront, identifier):
    config = cloudfront.get_distribution_config(Id=identifier)
    disabled = {**config["DistributionConfig"], "Enabled": False}
    updated = cloudfront.update_distribution(
        Id=identifier, IfMatch=config["ETag"], DistributionConfig=disabled
    )
    cloudfront.get_waiter("distribution_deployed").wait(Id=identifier)
    cloudfront.delete_distribution(Id=identifier, IfMatch=updated["ETag"])
