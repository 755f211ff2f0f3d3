//! The paths of the icons.

/// A gift box.
pub const GIFT: &str = "M4.5 11.5h15V19a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1zM3.5 8h17v3.5h-17zM12 8v12M12 8c-4.5 0-5-4-2.8-4S12 8 12 8zm0 0c4.500 0 5-4 2.800-4S12 8 12 8z";
/// A ticket.
pub const TICKET: &str = "M4 7.500a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v2.300a2.300 2.300 0 0 0 0 4.400v2.300a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-2.300a2.300 2.300 0 0 0 0-4.400zM14.500 7v1.500M14.500 11.200v1.600M14.500 15.500V17";
/// A list of lines.
pub const LIST: &str = "M8.500 7h11M8.500 12h11M8.500 17h11M4.500 7h.01M4.500 12h.01M4.500 17h.01";
/// A question in a circle.
pub const HELP: &str = "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM9.800 9.600a2.300 2.300 0 1 1 3.300 2.200c-.8.400-1.100.8-1.100 1.700M12 16.500h.01";
