//! Finds what others have done since the base in the place that an edit changes.

use super::merger::{FEW_ASKS, Merger, is_empty_object};
use crate::effect::Touch;
use crate::path::Path;
use crate::planted::{Fault, planted};
use std::collections::BTreeMap;

impl<'a> Merger<'a> {
    /// The touches since the base at this place, in it, or around it, and their past edits.
    pub(super) fn touched_near(&self, path: &Path) -> Vec<(usize, &'a Touch)> {
        let pasts = self.since.pasts;
        let all = pasts
            .iter()
            .enumerate()
            .flat_map(|(at, past)| past.effect.0.iter().map(move |touch| (at, touch)))
            // Only a record that was restored as it was is ever merged into.
            .filter(|(_, touch)| !touch.is_of_the_whole());
        if self.incoming.asks.len() <= FEW_ASKS {
            return all.filter(|(_, touch)| touch.path.overlaps(path)).collect();
        }
        let history = self.history.get_or_init(|| {
            let mut history: BTreeMap<_, Vec<_>> = BTreeMap::new();
            all.for_each(|(at, touch)| history.entry(&touch.path).or_default().push((at, touch)));
            history
        });
        let around = (0..path.steps().len()).filter_map(|length| history.get(&path.head(length)));
        let inside =
            history.range::<Path, _>(path..).take_while(|(place, _)| place.is_within(path));
        around.chain(inside.map(|(_, touches)| touches)).flatten().copied().collect()
    }

    /// Whether another's edit since the base touched this place, something in it, or something that
    /// contains it. Making the empty object around it does not count.
    pub(super) fn is_met(&self, path: &Path) -> bool {
        self.is_met_by(path, |_| true)
    }

    pub(super) fn is_met_by(&self, path: &Path, counts: impl Fn(&Touch) -> bool) -> bool {
        let near = self.touched_near(path);
        near.iter().any(|(at, touch)| {
            let makes_room = is_empty_object(&touch.after) && path.stands_inside(&touch.path);
            let by_another = !self.is_own(&self.since.pasts[*at]);
            counts(touch)
                && by_another
                && !makes_room
                && !self.is_undone(*at, touch, path, &near)
                && !self.is_swept(*at, touch, path, &near)
        })
    }

    /// Whether what another did inside a row went with the row, which has been restored since: the
    /// row is there again as its author saw it.
    fn is_swept(&self, at: usize, touch: &Touch, path: &Path, near: &[(usize, &Touch)]) -> bool {
        !planted(Fault::SweptStillMeets)
            && near.iter().any(|(then, removal)| {
                let row_of_both = |length| {
                    let row = path.head(length);
                    row.is_within(&removal.path)
                        && touch.path.is_within(&row)
                        && self.incoming.shape.is_row(&row)
                };
                *then > at
                    && (1..path.steps().len()).any(row_of_both)
                    && self.is_undone(*then, removal, path, near)
            })
    }

    /// Whether another's removal has been undone, for this place, by restoring the row in this edit
    /// or in an earlier one of the own chain.
    fn is_undone(&self, at: usize, removal: &Touch, path: &Path, near: &[(usize, &Touch)]) -> bool {
        let covers = |place: &Path| path.is_within(place) && place.is_within(&removal.path);
        let between = removal.path.steps().len()..=path.steps().len();
        removal.after.is_none()
            && (between.map(|length| path.head(length)).any(|row| self.restored.contains(&row))
                || near.iter().any(|(then, touch)| {
                    *then > at
                        && touch.after.is_some()
                        && covers(&touch.path)
                        && self.is_own(&self.since.pasts[*then])
                }))
    }
}
