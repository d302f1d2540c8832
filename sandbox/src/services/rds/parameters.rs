//! The parameters of an Aurora PostgreSQL cluster that customers set: types, defaults, values.

use super::errors;
use crate::fault::Fault;

/// One parameter of a family, as AWS describes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Definition {
    pub name: &'static str,
    /// Static parameters take effect after a reboot only.
    pub is_static: bool,
    /// `integer`, `boolean`, `string`, `list` or `float`.
    pub data_type: &'static str,
    /// The engine's default; `None` where AWS shows no value.
    pub default: Option<&'static str>,
    /// A range `1-10`, or the values apart by commas; empty is anything.
    pub allowed: &'static str,
    pub description: &'static str,
}

impl Definition {
    /// `static` or `dynamic`.
    pub(super) fn apply_type(&self) -> &'static str {
        if self.is_static { "static" } else { "dynamic" }
    }

    /// Refuses a value that is not allowed. AWS leaves formulas (`{DBInstanceClassMemory/12038}`)
    /// to the engine, and so do we.
    pub(super) fn check(&self, value: &str) -> Result<(), Fault> {
        let formula = ["{", "GREATEST(", "LEAST(", "SUM(", "log("]
            .iter()
            .any(|start| value.starts_with(start));
        if formula || self.allowed.is_empty() || self.allows(value) {
            return Ok(());
        }
        Err(errors::invalid_value(format!(
            "Invalid parameter value: {value} for: {} allowed values are: {}",
            self.name, self.allowed
        )))
    }

    fn allows(&self, value: &str) -> bool {
        match (range(self.allowed), self.data_type) {
            (Some((least, most)), _) => {
                value.parse::<f64>().is_ok_and(|number| (least..=most).contains(&number))
            }
            (None, "list") => value.split(',').all(|part| self.names(part.trim())),
            (None, _) => self.names(value),
        }
    }

    fn names(&self, value: &str) -> bool {
        self.allowed.split(',').any(|allowed| allowed == value)
    }
}

/// `-1-2147483647` as its two ends.
fn range(allowed: &str) -> Option<(f64, f64)> {
    let dash = allowed.get(1..)?.find('-')? + 1;
    Some((allowed[..dash].parse().ok()?, allowed[dash + 1..].parse().ok()?))
}

/// The parameter of that name.
pub(super) fn find(name: &str) -> Result<&'static Definition, Fault> {
    PARAMETERS
        .iter()
        .find(|definition| definition.name == name)
        .ok_or_else(|| errors::unknown_parameter(name))
}

/// The parameters of a family, in the order of their names.
pub(super) fn of_family(family: &str) -> impl Iterator<Item = &'static Definition> {
    let major = family.trim_start_matches(super::engine::ENGINE).parse::<u32>().unwrap_or(0);
    PARAMETERS.iter().filter(move |definition| {
        SINCE.iter().all(|(name, first)| *name != definition.name || *first <= major)
    })
}

/// Parameters that only a family of this major version or a later one has.
const SINCE: [(&str, u32); 11] = [
    ("compute_query_id", 14),
    ("default_toast_compression", 14),
    ("enable_async_append", 14),
    ("enable_memoize", 14),
    ("idle_session_timeout", 14),
    ("log_recovery_conflict_waits", 14),
    ("track_wal_io_timing", 14),
    ("vacuum_failsafe_age", 14),
    ("client_connection_check_interval", 14),
    ("stats_fetch_consistency", 15),
    ("transaction_timeout", 17),
];

const fn dynamic(
    name: &'static str,
    data_type: &'static str,
    default: Option<&'static str>,
    allowed: &'static str,
    description: &'static str,
) -> Definition {
    Definition { name, is_static: false, data_type, default, allowed, description }
}

const fn fixed(
    name: &'static str,
    data_type: &'static str,
    default: Option<&'static str>,
    allowed: &'static str,
    description: &'static str,
) -> Definition {
    Definition { name, is_static: true, data_type, default, allowed, description }
}

const INTEGER: &str = "integer";
const BOOLEAN: &str = "boolean";
const STRING: &str = "string";
const LIST: &str = "list";
const FLOAT: &str = "float";
const SWITCH: &str = "0,1";
const FROM_ZERO: &str = "0-2147483647";
const OR_OFF: &str = "-1-2147483647";
const LEVELS: &str = "debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic";
const LIBRARIES: &str = "auto_explain,orafce,pgaudit,pg_similarity,pg_stat_statements,\
    pg_tle,pg_hint_plan,pg_prewarm,plprofiler,pglogical,pg_cron,apg_plan_mgmt,pg_ad_mapping,\
    pg_transport,pg_bigm,plrust";

/// In the order of the names.
#[rustfmt::skip]
const PARAMETERS: &[Definition] = &[
    dynamic("apg_plan_mgmt.capture_plan_baselines", STRING, Some("off"), "off,manual,automatic", "Capture plan baseline mode."),
    dynamic("apg_plan_mgmt.use_plan_baselines", BOOLEAN, Some("0"), SWITCH, "Use only approved or fixed plans for managed statements."),
    dynamic("array_nulls", BOOLEAN, None, SWITCH, "Enable input of NULL elements in arrays."),
    dynamic("authentication_timeout", INTEGER, None, "1-600", "(s) Sets the maximum allowed time to complete client authentication."),
    dynamic("auto_explain.log_analyze", BOOLEAN, None, SWITCH, "Use EXPLAIN ANALYZE for plan logging."),
    dynamic("auto_explain.log_buffers", BOOLEAN, None, SWITCH, "Log buffers usage."),
    dynamic("auto_explain.log_format", STRING, None, "text,xml,json,yaml", "EXPLAIN format to be used for plan logging."),
    dynamic("auto_explain.log_min_duration", INTEGER, None, OR_OFF, "(ms) Sets the minimum execution time above which plans will be logged."),
    dynamic("auto_explain.log_nested_statements", BOOLEAN, None, SWITCH, "Log nested statements."),
    dynamic("auto_explain.log_timing", BOOLEAN, None, SWITCH, "Collect timing data, not just row counts."),
    dynamic("auto_explain.log_triggers", BOOLEAN, None, SWITCH, "Include trigger statistics in plans."),
    dynamic("auto_explain.log_verbose", BOOLEAN, None, SWITCH, "Use EXPLAIN VERBOSE for plan logging."),
    dynamic("auto_explain.sample_rate", FLOAT, None, "0-1", "Fraction of queries to process."),
    dynamic("autovacuum", BOOLEAN, Some("1"), SWITCH, "Starts the autovacuum subprocess."),
    dynamic("autovacuum_analyze_scale_factor", FLOAT, Some("0.05"), "0-100", "Number of tuple inserts, updates or deletes prior to analyze as a fraction of reltuples."),
    dynamic("autovacuum_analyze_threshold", INTEGER, None, FROM_ZERO, "Minimum number of tuple inserts, updates or deletes prior to analyze."),
    fixed("autovacuum_freeze_max_age", INTEGER, Some("200000000"), "100000-2000000000", "Age at which to autovacuum a table to prevent transaction ID wraparound."),
    fixed("autovacuum_max_workers", INTEGER, Some("GREATEST({DBInstanceClassMemory/64371566592},3)"), "1-262143", "Sets the maximum number of simultaneously running autovacuum worker processes."),
    dynamic("autovacuum_multixact_freeze_max_age", INTEGER, None, "10000-2000000000", "Multixact age at which to autovacuum a table to prevent multixact wraparound."),
    dynamic("autovacuum_naptime", INTEGER, Some("5"), "1-2147483", "(s) Time to sleep between autovacuum runs."),
    dynamic("autovacuum_vacuum_cost_delay", INTEGER, Some("5"), "-1-100", "(ms) Vacuum cost delay in milliseconds, for autovacuum."),
    dynamic("autovacuum_vacuum_cost_limit", INTEGER, Some("GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)"), "-1-10000", "Vacuum cost amount available before napping, for autovacuum."),
    dynamic("autovacuum_vacuum_insert_scale_factor", FLOAT, None, "0-100", "Number of tuple inserts prior to vacuum as a fraction of reltuples."),
    dynamic("autovacuum_vacuum_insert_threshold", INTEGER, None, OR_OFF, "Minimum number of tuple inserts prior to vacuum, or -1 to disable insert vacuums."),
    dynamic("autovacuum_vacuum_scale_factor", FLOAT, Some("0.1"), "0-100", "Number of tuple updates or deletes prior to vacuum as a fraction of reltuples."),
    dynamic("autovacuum_vacuum_threshold", INTEGER, None, FROM_ZERO, "Minimum number of tuple updates or deletes prior to vacuum."),
    dynamic("backslash_quote", STRING, None, "safe_encoding,on,off", "Sets whether backslash quotes are allowed in string literals."),
    dynamic("bytea_output", STRING, None, "escape,hex", "Sets the output format for bytea."),
    dynamic("client_connection_check_interval", INTEGER, None, FROM_ZERO, "(ms) Sets the interval between checks for disconnection while running queries."),
    dynamic("client_encoding", STRING, Some("UTF8"), "", "Sets the clients character set encoding."),
    dynamic("client_min_messages", STRING, None, LEVELS, "Sets the message levels that are sent to the client."),
    dynamic("compute_query_id", STRING, Some("auto"), "on,auto,off,regress", "Enables in-core computation of a query identifier."),
    dynamic("constraint_exclusion", STRING, None, "partition,on,off", "Enables the planner to use constraints to optimize queries."),
    dynamic("cpu_index_tuple_cost", FLOAT, None, "0-1000000", "Sets the planners estimate of the cost of processing each index entry."),
    dynamic("cpu_operator_cost", FLOAT, None, "0-1000000", "Sets the planners estimate of the cost of processing each operator or function call."),
    dynamic("cpu_tuple_cost", FLOAT, None, "0-1000000", "Sets the planners estimate of the cost of processing each tuple."),
    fixed("cron.database_name", STRING, None, "", "Sets the database in which pg_cron metadata is kept."),
    fixed("cron.log_run", BOOLEAN, None, SWITCH, "Log all jobs runs into the job_run_details table."),
    fixed("cron.log_statement", BOOLEAN, None, SWITCH, "Log all cron statements prior to execution."),
    fixed("cron.max_running_jobs", INTEGER, None, "0-100000", "The maximum number of jobs that can run concurrently."),
    dynamic("cursor_tuple_fraction", FLOAT, None, "0-1", "Sets the planners estimate of the fraction of a cursors rows that will be retrieved."),
    dynamic("datestyle", STRING, None, "", "Sets the display format for date and time values."),
    dynamic("deadlock_timeout", INTEGER, None, "1-2147483647", "(ms) Sets the time to wait on a lock before checking for deadlock."),
    dynamic("debug_pretty_print", BOOLEAN, None, SWITCH, "Indents parse and plan tree displays."),
    dynamic("debug_print_parse", BOOLEAN, None, SWITCH, "Logs each querys parse tree."),
    dynamic("debug_print_plan", BOOLEAN, None, SWITCH, "Logs each querys execution plan."),
    dynamic("debug_print_rewritten", BOOLEAN, None, SWITCH, "Logs each querys rewritten parse tree."),
    dynamic("default_statistics_target", INTEGER, None, "1-10000", "Sets the default statistics target."),
    dynamic("default_tablespace", STRING, None, "", "Sets the default tablespace to create tables and indexes in."),
    dynamic("default_toast_compression", STRING, None, "pglz,lz4", "Sets the default compression method for compressible values."),
    dynamic("default_transaction_deferrable", BOOLEAN, None, SWITCH, "Sets the default deferrable status of new transactions."),
    dynamic("default_transaction_isolation", STRING, None, "serializable,repeatable read,read committed,read uncommitted", "Sets the transaction isolation level of each new transaction."),
    dynamic("default_transaction_read_only", BOOLEAN, None, SWITCH, "Sets the default read-only status of new transactions."),
    dynamic("effective_cache_size", INTEGER, None, "1-2147483647", "(8kB) Sets the planners assumption about the size of the disk cache."),
    dynamic("enable_async_append", BOOLEAN, None, SWITCH, "Enables the planners use of async append plans."),
    dynamic("enable_bitmapscan", BOOLEAN, None, SWITCH, "Enables the planners use of bitmap-scan plans."),
    dynamic("enable_gathermerge", BOOLEAN, None, SWITCH, "Enables the planners use of gather merge plans."),
    dynamic("enable_hashagg", BOOLEAN, None, SWITCH, "Enables the planners use of hashed aggregation plans."),
    dynamic("enable_hashjoin", BOOLEAN, None, SWITCH, "Enables the planners use of hash join plans."),
    dynamic("enable_incremental_sort", BOOLEAN, None, SWITCH, "Enables the planners use of incremental sort steps."),
    dynamic("enable_indexonlyscan", BOOLEAN, None, SWITCH, "Enables the planners use of index-only-scan plans."),
    dynamic("enable_indexscan", BOOLEAN, None, SWITCH, "Enables the planners use of index-scan plans."),
    dynamic("enable_material", BOOLEAN, None, SWITCH, "Enables the planners use of materialization."),
    dynamic("enable_memoize", BOOLEAN, None, SWITCH, "Enables the planners use of memoization."),
    dynamic("enable_mergejoin", BOOLEAN, None, SWITCH, "Enables the planners use of merge join plans."),
    dynamic("enable_nestloop", BOOLEAN, None, SWITCH, "Enables the planners use of nested-loop join plans."),
    dynamic("enable_parallel_append", BOOLEAN, None, SWITCH, "Enables the planners use of parallel append plans."),
    dynamic("enable_parallel_hash", BOOLEAN, None, SWITCH, "Enables the planners use of parallel hash plans."),
    dynamic("enable_partition_pruning", BOOLEAN, None, SWITCH, "Enable plan-time and run-time partition pruning."),
    dynamic("enable_partitionwise_aggregate", BOOLEAN, None, SWITCH, "Enables partitionwise aggregation and grouping."),
    dynamic("enable_partitionwise_join", BOOLEAN, None, SWITCH, "Enables partitionwise join."),
    dynamic("enable_seqscan", BOOLEAN, None, SWITCH, "Enables the planners use of sequential-scan plans."),
    dynamic("enable_sort", BOOLEAN, None, SWITCH, "Enables the planners use of explicit sort steps."),
    dynamic("enable_tidscan", BOOLEAN, None, SWITCH, "Enables the planners use of TID scan plans."),
    dynamic("escape_string_warning", BOOLEAN, None, SWITCH, "Warn about backslash escapes in ordinary string literals."),
    dynamic("extra_float_digits", INTEGER, None, "-15-3", "Sets the number of digits displayed for floating-point values."),
    dynamic("from_collapse_limit", INTEGER, None, "1-2147483647", "Sets the FROM-list size beyond which subqueries are not collapsed."),
    dynamic("geqo", BOOLEAN, None, SWITCH, "Enables genetic query optimization."),
    dynamic("geqo_effort", INTEGER, None, "1-10", "GEQO: effort is used to set the default for other GEQO parameters."),
    dynamic("geqo_threshold", INTEGER, None, "2-2147483647", "Sets the threshold of FROM items beyond which GEQO is used."),
    dynamic("gin_fuzzy_search_limit", INTEGER, None, FROM_ZERO, "Sets the maximum allowed result for exact search by GIN."),
    dynamic("gin_pending_list_limit", INTEGER, None, "64-2147483647", "(kB) Sets the maximum size of the pending list for GIN index."),
    dynamic("hash_mem_multiplier", FLOAT, None, "1-1000", "Multiple of work_mem to use for hash tables."),
    dynamic("idle_in_transaction_session_timeout", INTEGER, Some("86400000"), FROM_ZERO, "(ms) Sets the maximum allowed duration of any idling transaction."),
    dynamic("idle_session_timeout", INTEGER, None, FROM_ZERO, "(ms) Sets the maximum allowed idle time between queries, when not in a transaction."),
    dynamic("intervalstyle", STRING, None, "postgres,postgres_verbose,sql_standard,iso_8601", "Sets the display format for interval values."),
    dynamic("jit", BOOLEAN, None, SWITCH, "Allow JIT compilation."),
    dynamic("jit_above_cost", INTEGER, None, OR_OFF, "Perform JIT compilation if query is more expensive."),
    dynamic("join_collapse_limit", INTEGER, None, "1-2147483647", "Sets the FROM-list size beyond which JOIN constructs are not flattened."),
    dynamic("lc_messages", STRING, None, "", "Sets the language in which messages are displayed."),
    dynamic("lc_monetary", STRING, None, "", "Sets the locale for formatting monetary amounts."),
    dynamic("lc_numeric", STRING, None, "", "Sets the locale for formatting numbers."),
    dynamic("lc_time", STRING, None, "", "Sets the locale for formatting date and time values."),
    dynamic("lo_compat_privileges", BOOLEAN, None, SWITCH, "Enables backward compatibility mode for privilege checks on large objects."),
    dynamic("lock_timeout", INTEGER, None, FROM_ZERO, "(ms) Sets the maximum allowed duration of any wait for a lock."),
    dynamic("log_autovacuum_min_duration", INTEGER, Some("10000"), OR_OFF, "(ms) Sets the minimum execution time above which autovacuum actions will be logged."),
    dynamic("log_checkpoints", BOOLEAN, None, SWITCH, "Logs each checkpoint."),
    dynamic("log_connections", BOOLEAN, None, SWITCH, "Logs each successful connection."),
    dynamic("log_disconnections", BOOLEAN, None, SWITCH, "Logs end of a session, including duration."),
    dynamic("log_duration", BOOLEAN, None, SWITCH, "Logs the duration of each completed SQL statement."),
    dynamic("log_error_verbosity", STRING, None, "terse,default,verbose", "Sets the verbosity of logged messages."),
    dynamic("log_executor_stats", BOOLEAN, None, SWITCH, "Writes executor performance statistics to the server log."),
    dynamic("log_hostname", BOOLEAN, None, SWITCH, "Logs the host name in the connection logs."),
    dynamic("log_line_prefix", STRING, None, "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a,%t:%r:%u@%d:[%p]:", "Controls information prefixed to each log line."),
    dynamic("log_lock_waits", BOOLEAN, None, SWITCH, "Logs long lock waits."),
    dynamic("log_min_duration_sample", INTEGER, None, OR_OFF, "(ms) Sets the minimum execution time above which a sample of statements will be logged."),
    dynamic("log_min_duration_statement", INTEGER, None, OR_OFF, "(ms) Sets the minimum execution time above which statements will be logged."),
    dynamic("log_min_error_statement", STRING, None, LEVELS, "Causes all statements generating error at or above this level to be logged."),
    dynamic("log_min_messages", STRING, None, LEVELS, "Sets the message levels that are logged."),
    dynamic("log_parameter_max_length", INTEGER, None, "-1-1073741823", "(B) Sets the maximum length of logged bind parameter values for non-error logging."),
    dynamic("log_parser_stats", BOOLEAN, None, SWITCH, "Writes parser performance statistics to the server log."),
    dynamic("log_planner_stats", BOOLEAN, None, SWITCH, "Writes planner performance statistics to the server log."),
    dynamic("log_recovery_conflict_waits", BOOLEAN, None, SWITCH, "Logs standby recovery conflict waits."),
    dynamic("log_replication_commands", BOOLEAN, None, SWITCH, "Logs each replication command."),
    dynamic("log_rotation_age", INTEGER, Some("60"), "1-1440", "(min) Automatic log file rotation will occur after N minutes."),
    dynamic("log_rotation_size", INTEGER, Some("100000"), FROM_ZERO, "(kB) Automatic log file rotation will occur after N kilobytes."),
    dynamic("log_statement", STRING, None, "none,ddl,mod,all", "Sets the type of statements logged."),
    dynamic("log_statement_sample_rate", FLOAT, None, "0-1", "Fraction of statements exceeding log_min_duration_sample to be logged."),
    dynamic("log_statement_stats", BOOLEAN, None, SWITCH, "Writes cumulative performance statistics to the server log."),
    dynamic("log_temp_files", INTEGER, None, OR_OFF, "(kB) Log the use of temporary files larger than this number of kilobytes."),
    dynamic("log_transaction_sample_rate", FLOAT, None, "0-1", "Sets the fraction of transactions to log for new transactions."),
    dynamic("logical_decoding_work_mem", INTEGER, None, "64-2147483647", "(kB) Sets the maximum memory to be used for logical decoding."),
    dynamic("maintenance_work_mem", INTEGER, Some("GREATEST({DBInstanceClassMemory/63963136*1024},65536)"), "1024-2147483647", "(kB) Sets the maximum memory to be used for maintenance operations."),
    fixed("max_connections", INTEGER, Some("LEAST({DBInstanceClassMemory/9531392},5000)"), "6-262143", "Sets the maximum number of concurrent connections."),
    fixed("max_locks_per_transaction", INTEGER, Some("64"), "10-2147483647", "Sets the maximum number of locks per transaction."),
    fixed("max_logical_replication_workers", INTEGER, None, "0-262143", "Maximum number of logical replication worker processes."),
    dynamic("max_parallel_maintenance_workers", INTEGER, None, "0-1024", "Sets the maximum number of parallel processes per maintenance operation."),
    dynamic("max_parallel_workers", INTEGER, Some("GREATEST({DBInstanceVCPU/2},8)"), "0-1024", "Sets the maximum number of parallel workers than can be active at one time."),
    dynamic("max_parallel_workers_per_gather", INTEGER, None, "0-1024", "Sets the maximum number of parallel processes per executor node."),
    fixed("max_prepared_transactions", INTEGER, Some("0"), "0-262143", "Sets the maximum number of simultaneously prepared transactions."),
    fixed("max_replication_slots", INTEGER, Some("20"), "0-262143", "Sets the maximum number of replication slots that the server can support."),
    dynamic("max_slot_wal_keep_size", INTEGER, None, OR_OFF, "(MB) Sets the maximum size of WAL files that replication slots may keep."),
    dynamic("max_stack_depth", INTEGER, Some("6144"), "100-2147483647", "(kB) Sets the maximum stack depth."),
    dynamic("max_standby_archive_delay", INTEGER, None, OR_OFF, "(ms) Sets the maximum delay before canceling queries when archived WAL is processed."),
    dynamic("max_standby_streaming_delay", INTEGER, Some("14000"), "1000-30000", "(ms) Sets the maximum delay before canceling queries on a replica."),
    fixed("max_sync_workers_per_subscription", INTEGER, None, "0-262143", "Maximum number of table synchronization workers per subscription."),
    fixed("max_wal_senders", INTEGER, Some("20"), "0-262143", "Sets the maximum number of simultaneously running WAL sender processes."),
    fixed("max_worker_processes", INTEGER, Some("GREATEST({DBInstanceVCPU*2},8)"), "0-262143", "Sets the maximum number of concurrent worker processes."),
    dynamic("min_parallel_index_scan_size", INTEGER, None, "0-715827882", "(8kB) Sets the minimum amount of index data for a parallel scan."),
    dynamic("min_parallel_table_scan_size", INTEGER, None, "0-715827882", "(8kB) Sets the minimum amount of table data for a parallel scan."),
    dynamic("parallel_leader_participation", BOOLEAN, None, SWITCH, "Controls whether Gather and Gather Merge also run subplans."),
    dynamic("parallel_setup_cost", INTEGER, None, FROM_ZERO, "Sets the planners estimate of the cost of starting up worker processes for parallel query."),
    dynamic("parallel_tuple_cost", FLOAT, None, "0-1000000", "Sets the planners estimate of the cost of passing each tuple from worker to master backend."),
    dynamic("password_encryption", STRING, None, "md5,scram-sha-256", "Encrypt passwords."),
    dynamic("pg_bigm.similarity_limit", FLOAT, None, "0-1", "Sets the minimum threshold of similarity."),
    dynamic("pg_hint_plan.enable_hint", BOOLEAN, None, SWITCH, "Force planner to use plans specified in the hint comment preceding to the query."),
    dynamic("pg_stat_statements.max", INTEGER, Some("5000"), "100-2147483647", "Sets the maximum number of statements tracked by pg_stat_statements."),
    dynamic("pg_stat_statements.track", STRING, Some("top"), "top,all,none", "Selects which statements are tracked by pg_stat_statements."),
    dynamic("pg_stat_statements.track_planning", BOOLEAN, None, SWITCH, "Selects whether planning operations and duration are tracked by pg_stat_statements."),
    dynamic("pg_stat_statements.track_utility", BOOLEAN, None, SWITCH, "Selects whether utility commands are tracked by pg_stat_statements."),
    dynamic("pgaudit.log", STRING, None, "", "Specifies which classes of statements will be logged by session audit logging."),
    dynamic("pgaudit.log_catalog", BOOLEAN, None, SWITCH, "Specifies that session logging should be enabled in the case where all relations are in pg_catalog."),
    dynamic("pgaudit.log_level", STRING, None, "debug5,debug4,debug3,debug2,debug1,info,notice,warning,log", "Specifies the log level that will be used for log entries."),
    dynamic("pgaudit.log_parameter", BOOLEAN, None, SWITCH, "Specifies that audit logging should include the parameters of the statement."),
    dynamic("pgaudit.log_relation", BOOLEAN, None, SWITCH, "Specifies whether session audit logging should create a separate log entry for each relation."),
    dynamic("pgaudit.log_statement_once", BOOLEAN, None, SWITCH, "Specifies whether logging will include the statement text and parameters with the first log entry only."),
    dynamic("pgaudit.role", STRING, None, "", "Specifies the master role to use for object audit logging."),
    dynamic("plan_cache_mode", STRING, None, "auto,force_generic_plan,force_custom_plan", "Controls the planner selection of custom or generic plan."),
    dynamic("quote_all_identifiers", BOOLEAN, None, SWITCH, "When generating SQL fragments, quote all identifiers."),
    dynamic("random_page_cost", FLOAT, None, "0-1000000", "Sets the planners estimate of the cost of a nonsequentially fetched disk page."),
    dynamic("rds.accepted_password_auth_method", STRING, Some("md5+scram"), "md5+scram,scram", "Force authentication for connections with password stored locally."),
    dynamic("rds.adaptive_autovacuum", BOOLEAN, Some("1"), SWITCH, "RDS parameter to enable/disable adaptive autovacuum."),
    dynamic("rds.allowed_extensions", STRING, None, "", "Allowed extensions; `*` allows all."),
    fixed("rds.enable_plan_management", BOOLEAN, Some("0"), SWITCH, "Enable or disable the apg_plan_mgmt extension."),
    dynamic("rds.force_admin_logging_level", STRING, None, "disabled,debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic", "See log messages for RDS admin user actions in customer databases."),
    dynamic("rds.force_autovacuum_logging_level", STRING, Some("WARNING"), "disabled,debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic,WARNING", "See log messages related to autovacuum operations."),
    dynamic("rds.force_ssl", BOOLEAN, Some("0"), SWITCH, "Force SSL connections."),
    dynamic("rds.log_retention_period", INTEGER, Some("4320"), "1440-10080", "Amazon RDS will delete PostgreSQL log that are older than N minutes."),
    fixed("rds.logical_replication", BOOLEAN, Some("0"), SWITCH, "Enables logical decoding."),
    fixed("rds.rds_superuser_reserved_connections", INTEGER, None, "0-8388607", "Sets the number of connection slots reserved for rds_superusers."),
    fixed("rds.restrict_password_commands", BOOLEAN, None, SWITCH, "Restricts password-related commands to members of rds_password."),
    dynamic("row_security", BOOLEAN, None, SWITCH, "Enable row security."),
    dynamic("search_path", STRING, None, "", "Sets the schema search order for names that are not schema-qualified."),
    dynamic("seq_page_cost", FLOAT, None, "0-1000000", "Sets the planners estimate of the cost of a sequentially fetched disk page."),
    dynamic("session_replication_role", STRING, None, "origin,replica,local", "Sets the sessions behavior for triggers and rewrite rules."),
    fixed("shared_buffers", INTEGER, Some("SUM({DBInstanceClassMemory/12038},-50003)"), "16-1073741823", "(8kB) Sets the number of shared memory buffers used by the server."),
    fixed("shared_preload_libraries", LIST, Some("pg_stat_statements"), LIBRARIES, "Lists shared libraries to preload into server."),
    dynamic("ssl_ciphers", STRING, None, "", "Sets the list of allowed TLS ciphers to be used on secure connections."),
    dynamic("ssl_max_protocol_version", STRING, None, "TLSv1.2,TLSv1.3", "Sets the maximum SSL/TLS protocol version to use."),
    dynamic("ssl_min_protocol_version", STRING, Some("TLSv1.2"), "TLSv1,TLSv1.1,TLSv1.2,TLSv1.3", "Sets the minimum SSL/TLS protocol version to use."),
    dynamic("standard_conforming_strings", BOOLEAN, None, SWITCH, "Causes ... strings to treat backslashes literally."),
    dynamic("statement_timeout", INTEGER, None, FROM_ZERO, "(ms) Sets the maximum allowed duration of any statement."),
    dynamic("stats_fetch_consistency", STRING, None, "none,cache,snapshot", "Sets the consistency of accesses to statistics data."),
    dynamic("synchronize_seqscans", BOOLEAN, None, SWITCH, "Enable synchronized sequential scans."),
    dynamic("synchronous_commit", STRING, Some("on"), "on,off,local,remote_write", "Sets the current transactions synchronization level."),
    dynamic("tcp_keepalives_count", INTEGER, None, FROM_ZERO, "Maximum number of TCP keepalive retransmits."),
    dynamic("tcp_keepalives_idle", INTEGER, None, FROM_ZERO, "(s) Time between issuing TCP keepalives."),
    dynamic("tcp_keepalives_interval", INTEGER, None, FROM_ZERO, "(s) Time between TCP keepalive retransmits."),
    dynamic("tcp_user_timeout", INTEGER, None, FROM_ZERO, "(ms) TCP user timeout."),
    dynamic("temp_buffers", INTEGER, None, "100-1073741823", "(8kB) Sets the maximum number of temporary buffers used by each session."),
    dynamic("temp_file_limit", INTEGER, None, OR_OFF, "(kB) Limits the total size of all temporary files used by each process."),
    dynamic("timezone", STRING, Some("UTC"), "", "Sets the time zone for displaying and interpreting time stamps."),
    dynamic("track_activities", BOOLEAN, None, SWITCH, "Collects information about executing commands."),
    fixed("track_activity_query_size", INTEGER, Some("4096"), "100-1048576", "Sets the size reserved for pg_stat_activity.current_query, in bytes."),
    fixed("track_commit_timestamp", BOOLEAN, None, SWITCH, "Collects transaction commit time."),
    dynamic("track_counts", BOOLEAN, None, SWITCH, "Collects statistics on database activity."),
    dynamic("track_functions", STRING, None, "none,pl,all", "Collects function-level statistics on database activity."),
    dynamic("track_io_timing", BOOLEAN, Some("1"), SWITCH, "Collects timing statistics on database IO activity."),
    dynamic("track_wal_io_timing", BOOLEAN, None, SWITCH, "Collects timing statistics for WAL I/O activity."),
    dynamic("transaction_timeout", INTEGER, None, FROM_ZERO, "(ms) Sets the maximum allowed duration of any transaction within a session."),
    dynamic("transform_null_equals", BOOLEAN, None, SWITCH, "Treats expr=NULL as expr IS NULL."),
    dynamic("vacuum_cost_delay", INTEGER, None, "0-100", "(ms) Vacuum cost delay in milliseconds."),
    dynamic("vacuum_cost_limit", INTEGER, Some("GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)"), "1-10000", "Vacuum cost amount available before napping."),
    dynamic("vacuum_cost_page_dirty", INTEGER, None, "0-10000", "Vacuum cost for a page dirtied by vacuum."),
    dynamic("vacuum_cost_page_hit", INTEGER, None, "0-10000", "Vacuum cost for a page found in the buffer cache."),
    dynamic("vacuum_cost_page_miss", INTEGER, None, "0-10000", "Vacuum cost for a page not found in the buffer cache."),
    dynamic("vacuum_failsafe_age", INTEGER, Some("1200000000"), "0-1200000000", "Age at which VACUUM should trigger failsafe to avoid a wraparound outage."),
    dynamic("vacuum_freeze_min_age", INTEGER, None, "0-1000000000", "Minimum age at which VACUUM should freeze a table row."),
    dynamic("vacuum_freeze_table_age", INTEGER, None, "0-2000000000", "Age at which VACUUM should scan whole table to freeze tuples."),
    fixed("wal_buffers", INTEGER, None, "-1-262143", "(8kB) Sets the number of disk-page buffers in shared memory for WAL."),
    dynamic("wal_sender_timeout", INTEGER, None, "0-3600000", "(ms) Sets the maximum time to wait for WAL replication."),
    dynamic("work_mem", INTEGER, None, "64-2147483647", "(kB) Sets the maximum memory to be used for query workspaces."),
    dynamic("xmlbinary", STRING, None, "base64,hex", "Sets how binary values are to be encoded in XML."),
    dynamic("xmloption", STRING, None, "content,document", "Sets whether XML data in implicit parsing is to be considered as documents or fragments."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_its_defaults_are_allowed() {
        assert!(PARAMETERS.is_sorted_by(|one, two| one.name < two.name));
        for definition in PARAMETERS {
            if let Some(default) = definition.default {
                assert!(definition.check(default).is_ok(), "{}", definition.name);
            }
        }
        for (name, _) in SINCE {
            assert!(find(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn values_are_checked() {
        let check = |name: &str, value| find(name).unwrap().check(value).is_ok();
        assert!(check("log_min_duration_statement", "-1"));
        assert!(!check("log_min_duration_statement", "-2"));
        assert!(!check("log_min_duration_statement", "soon"));
        assert!(check("log_statement", "ddl"));
        assert!(!check("log_statement", "some"));
        assert!(check("shared_preload_libraries", "pg_stat_statements,pgaudit"));
        assert!(!check("shared_preload_libraries", "pg_stat_statements,evil"));
        assert!(check("max_connections", "LEAST({DBInstanceClassMemory/9531392},5000)"));
    }

    #[test]
    fn families_differ() {
        let has = |family, name| of_family(family).any(|definition| definition.name == name);
        assert!(!has("aurora-postgresql13", "idle_session_timeout"));
        assert!(has("aurora-postgresql16", "idle_session_timeout"));
        assert!(!has("aurora-postgresql16", "transaction_timeout"));
    }
}
