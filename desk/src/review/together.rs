//! Which quarantined edits are decided together: a whole group, and whatever builds on it.

use ruhu_store::desk::Neighbour;
use ruhu_sync::decision::EditName;
use ruhu_sync::outcome::{Outcome, Reason};
use std::collections::BTreeSet;

/// The edits that a decision on one takes along, itself included: each original group as one unit,
/// in the order of their numbers. `waiting` are all that wait of its device, in order.
pub(super) fn together(waiting: &[Neighbour], of: EditName) -> Vec<Vec<EditName>> {
    let mut taken = BTreeSet::from([of]);
    loop {
        let groups: BTreeSet<_> =
            waiting.iter().filter(|n| taken.contains(&n.name)).filter_map(|n| n.group).collect();
        let follows = |neighbour: &&Neighbour| {
            !taken.contains(&neighbour.name)
                && (neighbour.group.is_some_and(|group| groups.contains(&group))
                    || parent(neighbour).is_some_and(|parent| taken.contains(&parent)))
        };
        let more: Vec<_> = waiting.iter().filter(follows).map(|n| n.name).collect();
        if more.is_empty() {
            break;
        }
        taken.extend(more);
    }
    let mut units: Vec<(Option<_>, Vec<EditName>)> = Vec::new();
    for neighbour in waiting.iter().filter(|n| taken.contains(&n.name)) {
        match units.last_mut() {
            Some((group, unit)) if group.is_some() && *group == neighbour.group => {
                unit.push(neighbour.name);
            }
            _ => units.push((neighbour.group, vec![neighbour.name])),
        }
    }
    units.into_iter().map(|(_, unit)| unit).collect()
}

/// The quarantined edit that this one builds on.
fn parent(neighbour: &Neighbour) -> Option<EditName> {
    let outcome: Outcome = serde_json::from_str(&neighbour.outcome_text).ok()?;
    let device_seq = outcome.because_of.filter(|_| builds_on(&outcome))?;
    Some(EditName { device: neighbour.name.device, device_seq })
}

fn builds_on(outcome: &Outcome) -> bool {
    outcome.reason == Some(Reason::ParentQuarantined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruhu_sync::id::{DeviceId, DeviceSeq, GroupId};
    use uuid::Uuid;

    fn name(n: u64) -> EditName {
        EditName { device: DeviceId(Uuid::from_u128(1)), device_seq: DeviceSeq(n) }
    }

    fn waits(n: u64, group: Option<u128>, because_of: Option<u64>) -> Neighbour {
        let because = because_of.map(|n| format!(",\"because_of\":{n}")).unwrap_or_default();
        let reason = if because_of.is_some() { "parent_quarantined" } else { "not_available" };
        Neighbour {
            name: name(n),
            group: group.map(|g| GroupId(Uuid::from_u128(g))),
            outcome_text: format!(
                "{{\"device_seq\":{n},\"outcome\":\"quarantined\",\"reason\":\"{reason}\"{because}}}"
            ),
        }
    }

    #[test]
    fn a_group_and_all_that_builds_on_it_follow_and_nothing_else() {
        let waiting = [
            waits(1, None, None),
            waits(2, Some(7), None),
            waits(3, Some(7), None),
            waits(4, None, Some(3)),
            waits(5, Some(8), Some(4)),
            waits(6, Some(8), None),
            waits(7, None, None),
        ];
        let units = |of: u64| -> Vec<Vec<u64>> {
            let units = together(&waiting, name(of));
            units.iter().map(|unit| unit.iter().map(|n| n.device_seq.0).collect()).collect()
        };
        assert_eq!(units(2), [vec![2, 3], vec![4], vec![5, 6]]);
        assert_eq!(units(4), [vec![4], vec![5, 6]]);
        assert_eq!(units(6), [[5, 6]]);
        assert_eq!(units(1), [[1]]);
    }

    #[test]
    fn what_does_not_wait_any_more_takes_nothing_along() {
        assert!(together(&[waits(1, None, None)], name(9)).is_empty());
    }
}
