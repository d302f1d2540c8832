//! Amazon Elastic Container Service.

pub mod express_service;
