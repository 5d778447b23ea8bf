//! Lists of the desk: in which order, page by page to the last row, and at whose desk.

mod finds;
mod pages;
mod rejected;
mod waiting;
