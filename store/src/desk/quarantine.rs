//! Edits that were quarantined or rejected and have not been settled, at the desk of the stream
//! where they belong today. Refused decisions of staff are not listed: they wait for nobody.

use super::HouseholdListing;
use crate::Tx;
use crate::codec::Codec;
use crate::failure::corrupt;
use crate::journal::{MadeAt, Outcome, untaken_verdict};
use crate::keys::KeyRing;
use crate::page::{Page, Slice};
use crate::read_models::household::household_row;
use crate::schema::{account, journal, record};
use crate::values::{Fixed, Name, counted, counter};
use diesel::dsl::{exists, not};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool, Nullable};
use ruhu_sync::decision::{EditName, Waiting};
use ruhu_sync::id::{DeviceId, DeviceSeq, GroupId, Instant, RecordId, StreamId, UserId};
use ruhu_sync::outcome::Verdict;
use ruhu_sync::storage::{Stored, WriteTx as _};

diesel::alias!(record as root_record: RootRecord);
diesel::alias!(journal as decision: DecisionAlias);

diesel::define_sql_function! {
    /// The first of these that is not null.
    #[sql_name = "COALESCE"]
    fn first_of(
        one: Nullable<Binary>,
        two: Nullable<Binary>,
        three: Nullable<Binary>,
    ) -> Nullable<Binary>;
}

// As literal SQL, not as values: the indexes cover exactly these.
const IS_QUARANTINED: &str = "journal.verdict = 'quarantined' AND journal.op IN ('put', 'delete')";
const IS_REJECTED: &str = "journal.verdict = 'rejected' AND journal.stream IS NOT NULL \
    AND (journal.op IS NULL OR journal.op IN ('put', 'delete'))";

/// The edits of a verdict that somebody has to read; not those of staff.
fn untaken(verdict: Verdict) -> SqlLiteral<Bool> {
    diesel::dsl::sql(if verdict == Verdict::Rejected { IS_REJECTED } else { IS_QUARANTINED })
}

/// An edit that was not taken, for a person with authority to decide on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantinedEdit {
    /// Its name.
    pub name: EditName,
    /// Its author.
    pub user: UserId,
    /// The author's name.
    pub user_name: String,
    /// When it arrived.
    pub received_at: Instant,
    /// Quarantined or rejected.
    pub verdict: Verdict,
    /// The time by the device's clock.
    pub made_at: Option<String>,
    /// The operation.
    pub op: Option<String>,
    /// The record that it names.
    pub record: Option<RecordId>,
    /// That record's kind.
    pub kind: Option<String>,
    /// The stream where it belongs today.
    pub stream: Option<StreamId>,
    /// The group that it belongs to.
    pub group: Option<GroupId>,
    /// Its outcome, as it was answered.
    pub outcome_text: String,
    /// The head of the household that it is about, masked; none if there is none.
    pub head_name_masked: Option<String>,
    /// The household's community.
    pub community_code: Option<String>,
}

/// Another edit that waits, of the same device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Its name.
    pub name: EditName,
    /// The group that it belongs to.
    pub group: Option<GroupId>,
    /// Its outcome, as it was answered.
    pub outcome_text: String,
}

/// A position in a list of edits: the time of arrival, and the name.
pub type EditPlace = (Instant, DeviceId, DeviceSeq);

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
struct Row {
    device: Fixed<16>,
    device_seq: i64,
    account: Fixed<16>,
    #[diesel(select_expression = account::name)]
    user_name: String,
    received_at: i64,
    #[diesel(embed)]
    made_at: MadeAt,
    op: Option<String>,
    verdict: String,
    record: Option<Fixed<16>>,
    kind: Option<String>,
    group_id: Option<Fixed<16>>,
    #[diesel(embed)]
    outcome: Outcome,
    #[diesel(embed)]
    of_household: Option<HouseholdListing>,
}

/// Including the stream where it belongs today.
type RowToday = (Row, Option<Fixed<16>>);

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
struct NeighbourRow {
    device: Fixed<16>,
    device_seq: i64,
    group_id: Option<Fixed<16>>,
    #[diesel(embed)]
    outcome: Outcome,
}

macro_rules! waiting_edits {
    () => {
        journal::table
            .inner_join(account::table.on(account::id.eq(journal::account)))
            .left_join(record::table.on(journal::record.eq(record::id.nullable())))
            .left_join(root_record.on(journal::root.eq(root_record.field(record::id).nullable())))
            .left_join(household_row::table.on(journal::root.eq(household_row::id.nullable())))
    };
}

macro_rules! stream_today {
    () => {
        first_of(
            record::stream.nullable(),
            root_record.field(record::stream).nullable(),
            journal::stream,
        )
    };
}

macro_rules! unsettled {
    () => {
        not(exists(
            decision
                .filter(decision.field(journal::decides_device).eq(journal::device.nullable()))
                .filter(decision.field(journal::decides_seq).eq(journal::device_seq.nullable())),
        ))
    };
}

impl Tx {
    /// The unsettled edits of a verdict, quarantined or rejected, that these streams' desks decide
    /// on: oldest first.
    pub fn quarantined(
        &mut self,
        verdict: Verdict,
        streams: &[StreamId],
        page: Page<EditPlace>,
    ) -> Stored<Slice<QuarantinedEdit, EditPlace>> {
        let streams: Vec<_> = streams.iter().map(|stream| stream.fixed()).collect();
        let rows: Vec<RowToday> = self.run(|connection| {
            on_both!(connection, |c| {
                let mut query = waiting_edits!()
                    .filter(untaken(verdict))
                    .filter(unsettled!())
                    .filter(stream_today!().eq_any(streams))
                    .order((journal::received_at, journal::device, journal::device_seq))
                    .limit(page.fetched())
                    .select((Row::as_select(), stream_today!()))
                    .into_boxed();
                if let Some((at, device, device_seq)) = page.after {
                    let (device, seq) = (device.fixed(), counter(device_seq.0));
                    let later_here = journal::device.eq(device).and(journal::device_seq.gt(seq));
                    query = query.filter(
                        journal::received_at.gt(at.0).or(journal::received_at
                            .eq(at.0)
                            .and(journal::device.gt(device).or(later_here))),
                    );
                }
                query.load(c)
            })
        })?;
        let (session, keys) = self.session();
        let rows = rows.into_iter().map(|row| quarantined(&mut session.codec, keys, row));
        let rows = rows.collect::<Stored<_>>()?;
        Ok(page.cut(rows, |edit| (edit.received_at, edit.name.device, edit.name.device_seq)))
    }

    /// One quarantined or rejected edit, settled or not.
    pub fn quarantined_edit(&mut self, name: EditName) -> Stored<Option<QuarantinedEdit>> {
        let row: Option<RowToday> = self.run(|connection| {
            on_both!(connection, |c| waiting_edits!()
                .filter(untaken(Verdict::Quarantined).or(untaken(Verdict::Rejected)))
                .filter(journal::device.eq(name.device.fixed()))
                .filter(journal::device_seq.eq(counter(name.device_seq.0)))
                .select((Row::as_select(), stream_today!()))
                .first(c)
                .optional())
        })?;
        let (session, keys) = self.session();
        row.map(|row| quarantined(&mut session.codec, keys, row)).transpose()
    }

    /// The content of a quarantined edit, and what is needed to show its record next to it.
    pub fn quarantined_content(&mut self, name: EditName) -> Stored<Option<Waiting>> {
        let found = self.waiting(&[name])?;
        Ok(found.into_iter().find(|waiting| waiting.name == name))
    }

    /// The unsettled edits of a verdict of these devices, in order of their names.
    pub fn quarantined_of(
        &mut self,
        verdict: Verdict,
        devices: &[DeviceId],
    ) -> Stored<Vec<Neighbour>> {
        let devices: Vec<_> = devices.iter().map(|device| device.fixed()).collect();
        let rows: Vec<NeighbourRow> = self.run(|connection| {
            on_both!(connection, |c| journal::table
                .filter(journal::device.eq_any(devices))
                .filter(untaken(verdict))
                .filter(unsettled!())
                .order((journal::device, journal::device_seq))
                .select(NeighbourRow::as_select())
                .load(c))
        })?;
        let (session, keys) = self.session();
        let neighbour = |row: NeighbourRow| {
            Ok(Neighbour {
                name: edit_name(row.device, row.device_seq)?,
                group: row.group_id.map(GroupId::of),
                outcome_text: row.outcome.open(&mut session.codec, keys)?,
            })
        };
        rows.into_iter().map(neighbour).collect()
    }

    /// Whether an edit has been applied or dismissed.
    pub fn is_settled(&mut self, name: EditName) -> Stored<bool> {
        Ok(!self.settled(&[name])?.is_empty())
    }
}

fn edit_name(device: Fixed<16>, device_seq: i64) -> Stored<EditName> {
    let device_seq = DeviceSeq(counted(device_seq)?);
    Ok(EditName { device: DeviceId::of(device), device_seq })
}

fn quarantined(
    codec: &mut Codec,
    keys: &KeyRing,
    (row, stream): RowToday,
) -> Stored<QuarantinedEdit> {
    let household = row.of_household.map(|of| (of.head_name_masked, of.community_code));
    let (head_name_masked, community_code) = household.unzip();
    Ok(QuarantinedEdit {
        name: edit_name(row.device, row.device_seq)?,
        user: UserId::of(row.account),
        user_name: row.user_name,
        received_at: Instant(row.received_at),
        verdict: untaken_verdict(&row.verdict).ok_or_else(|| corrupt("a verdict"))?,
        made_at: row.made_at.open(codec, keys)?,
        op: row.op,
        record: row.record.map(Name::of),
        kind: row.kind,
        stream: stream.map(Name::of),
        group: row.group_id.map(Name::of),
        outcome_text: row.outcome.open(codec, keys)?,
        head_name_masked,
        community_code,
    })
}
