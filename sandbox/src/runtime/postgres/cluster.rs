//! One cluster: its servers, brought to what is wanted of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::admin;
use super::endpoint::Endpoint;
use super::installation::Installation;
use super::server::{Server, ServerError};
use super::volume::Volume;
use super::wanted::{Member, WantedCluster};
use crate::meter::Meter;

/// A cluster with what runs of it.
pub struct Cluster {
    volume: Volume,
    servers: BTreeMap<String, Server>,
    endpoints: Option<(Endpoint, Endpoint)>,
    /// What was wanted when it was last what is wanted.
    done: Option<WantedCluster>,
}

impl Cluster {
    /// A cluster of which nothing runs.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub fn open(installation: &Installation, folder: PathBuf) -> Result<Self, ServerError> {
        let volume = Volume::open(installation, folder)?;
        Ok(Self { volume, servers: BTreeMap::new(), endpoints: None, done: None })
    }

    /// Whether everything runs as wanted, as far as one can see without asking.
    pub fn is(&mut self, wanted: &WantedCluster) -> bool {
        self.done.as_ref() == Some(wanted) && !self.servers.values_mut().any(Server::has_ended)
    }

    /// Makes it what is wanted.
    ///
    /// # Errors
    /// When a server does not run; everything else may be tried again.
    pub async fn become_wanted(
        &mut self,
        installation: &Installation,
        wanted: &WantedCluster,
        source: Option<&Path>,
    ) -> Result<(), ServerError> {
        let before = self.done.take();
        self.open_endpoints(wanted).await?;
        self.stop_unwanted(wanted).await;
        if let Some(writer) =
            wanted.members.iter().find(|one| Some(&one.id) == wanted.writer.as_ref())
        {
            self.settle_primary(installation, writer, wanted, source).await?;
            self.settle_readers(installation, writer, wanted).await?;
        }
        if before.is_some_and(|before| before.parameters != wanted.parameters) {
            for server in self.servers.values() {
                server.reconfigure(installation, &wanted.parameters)?;
            }
        }
        self.lead(wanted);
        self.done = Some(wanted.clone());
        Ok(())
    }

    /// Looks at how each of its servers fares.
    pub async fn measure(&mut self, meter: &Meter) {
        let Some(wanted) = &self.done else { return };
        for member in &wanted.members {
            let Some(server) = self.servers.get_mut(&member.id) else { continue };
            match server.vitals(member.size).await {
                Ok(vitals) => wanted.count(meter, member, &vitals),
                Err(error) => tracing::debug!(%error, member.identifier, "it cannot be asked"),
            }
        }
    }

    /// Takes a copy of its data.
    ///
    /// # Errors
    /// When they cannot be copied.
    pub async fn snapshot(
        &mut self,
        installation: &Installation,
        to: &Path,
    ) -> Result<(), ServerError> {
        let primary = self.volume.primary().and_then(|name| self.servers.get_mut(&name));
        let running = primary.and_then(|server| (!server.has_ended()).then_some(&*server));
        self.volume.snapshot(installation, running, to).await
    }

    /// Ends its servers.
    pub async fn stop(&mut self) {
        let servers = std::mem::take(&mut self.servers);
        futures::future::join_all(servers.into_values().map(Server::stop)).await;
    }

    async fn open_endpoints(&mut self, wanted: &WantedCluster) -> Result<(), ServerError> {
        let addresses = (wanted.writer_endpoint, wanted.reader_endpoint);
        if self.endpoints.as_ref().is_some_and(|(a, b)| (a.address(), b.address()) == addresses) {
            return Ok(());
        }
        let at = |address: std::net::SocketAddrV4| PathBuf::from(address.to_string());
        let writer = Endpoint::open(addresses.0).await;
        let readers = Endpoint::open(addresses.1).await;
        self.endpoints = Some((
            writer.map_err(ServerError::files(&at(addresses.0)))?,
            readers.map_err(ServerError::files(&at(addresses.1)))?,
        ));
        Ok(())
    }

    /// Ends the servers that are gone from the world, that have ended by themselves, and that are
    /// to start anew; the reader that becomes the writer goes on.
    async fn stop_unwanted(&mut self, wanted: &WantedCluster) {
        let mut unwanted = Vec::new();
        for (id, server) in &mut self.servers {
            let member = wanted.members.iter().find(|one| one.id == *id);
            let as_wanted = member.is_some_and(|one| {
                one.restarts == server.restarts && one.address == server.address()
            });
            if !as_wanted || server.has_ended() {
                unwanted.push(id.clone());
            }
        }
        for id in unwanted {
            if let Some(server) = self.servers.remove(&id) {
                server.stop().await;
            }
        }
    }

    async fn settle_primary(
        &mut self,
        installation: &Installation,
        writer: &Member,
        wanted: &WantedCluster,
        source: Option<&Path>,
    ) -> Result<(), ServerError> {
        match self.volume.primary() {
            Some(primary) if primary == writer.id => {}
            Some(primary) => {
                // In order, so that a reader has everything before it writes.
                if let Some(server) = self.servers.remove(&primary) {
                    server.stop().await;
                }
                if !self.volume.has(&writer.id) {
                    self.volume.inherit(installation, &primary, &writer.id)?;
                }
            }
            None => {
                match source {
                    Some(source) => self.volume.restore(installation, &writer.id, source).await?,
                    None => self.volume.initialise(installation, &writer.id).await?,
                }
                self.volume.set_primary(installation, &writer.id)?;
            }
        }
        self.ensure_runs(installation, writer, wanted).await?;
        let client = match self.servers.get(&writer.id) {
            Some(server) => server.client().await.map_err(ServerError::Silent)?,
            None => return Ok(()),
        };
        admin::promote(&client).await?;
        if self.volume.primary().as_ref() != Some(&writer.id) {
            self.volume.set_primary(installation, &writer.id)?;
            // The others follow a server that writes no more: they begin anew.
            self.forget_all_but(&writer.id).await?;
        }
        Ok(admin::provide(&client, &wanted.master, wanted.database.as_deref()).await?)
    }

    async fn settle_readers(
        &mut self,
        installation: &Installation,
        writer: &Member,
        wanted: &WantedCluster,
    ) -> Result<(), ServerError> {
        let wants = |id: &String| wanted.members.iter().any(|member| member.id == *id);
        for instance in self.volume.instances().into_iter().filter(|id| !wants(id)) {
            self.volume.forget(&instance)?;
        }
        for reader in wanted.members.iter().filter(|member| member.id != writer.id) {
            if !self.volume.has(&reader.id)
                && let Some(primary) = self.servers.get(&writer.id)
            {
                self.volume.follow(installation, &reader.id, primary).await?;
            }
            self.ensure_runs(installation, reader, wanted).await?;
        }
        Ok(())
    }

    async fn forget_all_but(&mut self, writer: &str) -> Result<(), ServerError> {
        for instance in self.volume.instances().into_iter().filter(|id| id != writer) {
            if let Some(server) = self.servers.remove(&instance) {
                server.stop().await;
            }
            self.volume.forget(&instance)?;
        }
        Ok(())
    }

    async fn ensure_runs(
        &mut self,
        installation: &Installation,
        member: &Member,
        wanted: &WantedCluster,
    ) -> Result<(), ServerError> {
        if self.servers.contains_key(&member.id) {
            return Ok(());
        }
        let (data, parameters) = (self.volume.data(&member.id), &wanted.parameters);
        let server =
            Server::start(installation, &data, member.address, parameters, member.restarts);
        self.servers.insert(member.id.clone(), server.await?);
        Ok(())
    }

    /// AWS: the reader endpoint leads to the writer where there are no readers.
    fn lead(&self, wanted: &WantedCluster) {
        let Some((writer, readers)) = &self.endpoints else { return };
        let is_writer = |member: &&Member| Some(&member.id) == wanted.writer.as_ref();
        let addresses = |member: &Member| member.address;
        let writers: Vec<_> = wanted.members.iter().filter(is_writer).map(addresses).collect();
        let others: Vec<_> =
            wanted.members.iter().filter(|one| !is_writer(one)).map(addresses).collect();
        readers.lead_to(if others.is_empty() { writers.clone() } else { others });
        writer.lead_to(writers);
    }
}
