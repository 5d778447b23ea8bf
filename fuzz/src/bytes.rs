//! Decisions out of an input: when it is used up, all further ones are zero.

pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl Bytes<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    /// A number below `end`, which is at most 256.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    pub(super) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    /// One of up to 65,536.
    pub(super) fn pick_wide<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        let number = usize::from(u16::from_be_bytes([self.byte(), self.byte()]));
        &from[number % from.len()]
    }

    pub(super) fn word(&mut self) -> u64 {
        u64::from_be_bytes([0; 8].map(|_: u8| self.byte()))
    }

    /// A text of up to 15 bytes of the input, whatever they are.
    pub(super) fn text(&mut self) -> String {
        let length = self.below(16).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}
