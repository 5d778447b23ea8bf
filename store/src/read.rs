//! The reading half of the port.

use crate::values::Name;
use crate::{devices, grants, records, schema, streams};
use diesel::prelude::*;
use ruhu_sync::grants::Grants;
use ruhu_sync::id::{DeviceId, Epoch, Instant, Seq, StreamId, UserId};
use ruhu_sync::record::RecordFrame;
use ruhu_sync::storage::{Departure, DeviceState, ReadTx, Stored, StreamHead};

impl ReadTx for crate::Tx {
    fn epoch(&mut self) -> Stored<Epoch> {
        let epoch = self.run(|connection| {
            use schema::server::dsl;
            on_both!(connection, |c| dsl::server.select(dsl::epoch).first(c))
        })?;
        Ok(Epoch::of(epoch))
    }

    fn grants(&mut self, user: UserId, at: Instant) -> Stored<Grants> {
        let facts = grants::facts(self, user)?;
        let day = ruhu_casework::days::day_of(at);
        Ok(ruhu_casework::grants::grants(&facts, day))
    }

    fn device(&mut self, id: DeviceId) -> Stored<Option<DeviceState>> {
        devices::find(self, id, devices::Hold::No)
    }

    fn streams(&mut self, ids: &[StreamId]) -> Stored<Vec<StreamHead>> {
        streams::heads(self, ids, streams::Hold::No)
    }

    fn changes(
        &mut self,
        stream: StreamId,
        after: Seq,
        limit: usize,
        take: &mut dyn FnMut(RecordFrame<'_>, &str),
    ) -> Stored<usize> {
        records::changes(self, stream, after, limit, take)
    }

    fn departures(&mut self, stream: StreamId, after: Seq, through: Seq) -> Stored<Vec<Departure>> {
        streams::departures(self, stream, after, through)
    }
}
