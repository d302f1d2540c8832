//! The trust services criteria of SOC 2 (TSC 2017, points of focus of 2022), in our own words: the
//! text of the AICPA is theirs.

use serde::{Deserialize, Serialize};

/// One criterion.
#[derive(Debug)]
pub struct Criterion {
    /// Its number.
    pub id: &'static str,
    /// What it is about, in our words.
    pub title: &'static str,
    /// Who can give evidence for it.
    pub evidence: Evidence,
}

/// Who can give evidence for a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// What is configured, for the most part.
    Technical,
    /// What is configured, and what people do.
    Partial,
    /// What people do: no tool can tell.
    Process,
    /// AWS's own report.
    Inherited,
}

/// The criterion of this number.
pub fn find(id: &str) -> Option<&'static Criterion> {
    CRITERIA.iter().find(|criterion| criterion.id == id)
}

/// Every criterion, in order.
pub const CRITERIA: &[Criterion] = &[
    Criterion {
        id: "CC1.1",
        title: "Integrity and ethical values are demonstrated",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC1.2",
        title: "Governing body oversees control independently of management",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC1.3",
        title: "Structures, reporting lines, authority and responsibility are set",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC1.4",
        title: "Competent people are attracted, developed, retained",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC1.5",
        title: "People are held accountable for control duties",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC2.1",
        title: "Relevant, good-quality information feeds the controls",
        evidence: Evidence::Partial,
    },
    Criterion {
        id: "CC2.2",
        title: "Control objectives and duties are communicated inside",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC2.3",
        title: "Control matters are communicated to outside parties",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC3.1",
        title: "Objectives are clear enough to assess risk",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC3.2",
        title: "Risks are identified and analysed",
        evidence: Evidence::Process,
    },
    Criterion { id: "CC3.3", title: "Fraud potential is considered", evidence: Evidence::Process },
    Criterion {
        id: "CC3.4",
        title: "Significant changes are identified and assessed",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC4.1",
        title: "Ongoing and separate evaluations of control are run",
        evidence: Evidence::Partial,
    },
    Criterion {
        id: "CC4.2",
        title: "Deficiencies are evaluated and reported for correction",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC5.1",
        title: "Control activities that mitigate risk are chosen",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC5.2",
        title: "General controls over technology are chosen",
        evidence: Evidence::Partial,
    },
    Criterion {
        id: "CC5.3",
        title: "Controls are deployed through policy and procedure",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC6.1",
        title: "Logical access architecture protects information assets",
        evidence: Evidence::Technical,
    },
    Criterion {
        id: "CC6.2",
        title: "Users are registered and authorised before credentials are issued; removed when no longer needed",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "CC6.3",
        title: "Access is granted, changed, removed by role, least privilege, segregation of duties",
        evidence: Evidence::Partial,
    },
    Criterion {
        id: "CC6.4",
        title: "Physical access to facilities and protected assets is restricted",
        evidence: Evidence::Inherited,
    },
    Criterion {
        id: "CC6.5",
        title: "Protections are discontinued on assets only after data is unrecoverable",
        evidence: Evidence::Inherited,
    },
    Criterion {
        id: "CC6.6",
        title: "Boundary protection against outside threats",
        evidence: Evidence::Technical,
    },
    Criterion {
        id: "CC6.7",
        title: "Transmission, movement, removal of information is restricted and protected",
        evidence: Evidence::Technical,
    },
    Criterion {
        id: "CC6.8",
        title: "Unauthorised or malicious software is prevented or detected",
        evidence: Evidence::Partial,
    },
    Criterion {
        id: "CC7.1",
        title: "New vulnerabilities and configuration changes are detected",
        evidence: Evidence::Technical,
    },
    Criterion {
        id: "CC7.2",
        title: "Components are monitored for anomalies",
        evidence: Evidence::Technical,
    },
    Criterion {
        id: "CC7.3",
        title: "Security events are evaluated to decide if they are incidents",
        evidence: Evidence::Partial,
    },
    Criterion {
        id: "CC7.4",
        title: "Incidents are responded to under a defined programme",
        evidence: Evidence::Process,
    },
    Criterion { id: "CC7.5", title: "Recovery from incidents", evidence: Evidence::Partial },
    Criterion {
        id: "CC8.1",
        title: "Changes are authorised, designed, tested, approved, implemented",
        evidence: Evidence::Partial,
    },
    Criterion { id: "CC9.1", title: "Disruption risk is mitigated", evidence: Evidence::Partial },
    Criterion {
        id: "CC9.2",
        title: "Vendor and partner risk is managed",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "A1.1",
        title: "Capacity is monitored and managed",
        evidence: Evidence::Partial,
    },
    Criterion {
        id: "A1.2",
        title: "Environmental protection, backup and recovery infrastructure is run",
        evidence: Evidence::Technical,
    },
    Criterion { id: "A1.3", title: "Recovery procedures are tested", evidence: Evidence::Process },
    Criterion {
        id: "C1.1",
        title: "Confidential information is identified and kept",
        evidence: Evidence::Partial,
    },
    Criterion {
        id: "C1.2",
        title: "Confidential information is disposed of",
        evidence: Evidence::Partial,
    },
    Criterion {
        id: "PI1.1",
        title: "Processing objectives and data specifications are defined",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "PI1.2",
        title: "Inputs are complete and accurate",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "PI1.3",
        title: "Processing is complete, accurate, timely, authorised",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "PI1.4",
        title: "Outputs are complete, accurate and reach only intended parties",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "PI1.5",
        title: "Stored items are kept complete, accurate, protected",
        evidence: Evidence::Partial,
    },
    Criterion {
        id: "P1.1",
        title: "Notice is given to data subjects",
        evidence: Evidence::Process,
    },
    Criterion { id: "P2.1", title: "Choice and consent", evidence: Evidence::Process },
    Criterion {
        id: "P3.1",
        title: "Collection is consistent with objectives",
        evidence: Evidence::Process,
    },
    Criterion { id: "P3.2", title: "Explicit consent where required", evidence: Evidence::Process },
    Criterion {
        id: "P4.1",
        title: "Use is limited to stated purposes",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "P4.2",
        title: "Retention is consistent with objectives",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "P4.3",
        title: "Secure disposal of personal information",
        evidence: Evidence::Process,
    },
    Criterion { id: "P5.1", title: "Data subjects can get access", evidence: Evidence::Process },
    Criterion { id: "P5.2", title: "Data subjects can correct", evidence: Evidence::Process },
    Criterion {
        id: "P6.1",
        title: "Disclosure to third parties with consent",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "P6.2",
        title: "Record of authorised disclosures",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "P6.3",
        title: "Record of unauthorised disclosures",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "P6.4",
        title: "Privacy commitments obtained from vendors",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "P6.5",
        title: "Vendors commit to notify of breaches",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "P6.6",
        title: "Breach notification to those affected",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "P6.7",
        title: "Accounting of information held and disclosed",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "P7.1",
        title: "Personal information is accurate and complete",
        evidence: Evidence::Process,
    },
    Criterion {
        id: "P8.1",
        title: "Inquiries, complaints, disputes; compliance monitoring",
        evidence: Evidence::Process,
    },
];
