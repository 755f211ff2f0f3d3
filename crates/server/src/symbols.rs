//! A voucher's code as symbols to scan: QR and Code 128, drawn as path data that needs no library in the browser.
//!
//! Runs of dark modules are merged into one rectangle each. The quiet zone is part of the drawing: 4 modules around a
//! QR symbol (ISO/IEC 18004), 10 at both ends of Code 128 (ISO/IEC 15417).

use barcoders::sym::code128::Code128;
use fast_qr::{ECL, QRBuilder};
use std::fmt::Write as _;
use tukar_wire::Symbol;

/// Modules around a QR symbol.
const QR_QUIET: usize = 4;
/// Modules at each end of a bar code.
const BARS_QUIET: usize = 10;
/// Height of a bar code in modules.
const BARS_HEIGHT: u32 = 40;
/// Letters of a code that are drawn.
const LETTERS_MAX: usize = 48;

/// The QR symbol of a code; `None` for an empty or overlong one.
#[must_use]
pub fn qr(code: &str) -> Option<Symbol> {
    if code.is_empty() || code.len() > LETTERS_MAX {
        return None;
    }
    let drawn = QRBuilder::new(code).ecl(ECL::M).build().ok()?;
    let mut path = String::new();
    for row in 0..drawn.size {
        let dark = (0..drawn.size).map(|column| drawn[row][column].value());
        push_runs(&mut path, dark, QR_QUIET, QR_QUIET + row, 1);
    }
    let side = u32::try_from(drawn.size + 2 * QR_QUIET).ok()?;
    Some(Symbol { path, width: side, height: side })
}

/// The Code 128 symbol of a code; `None` for an empty or overlong one, or for letters that are not ASCII.
#[must_use]
pub fn code128(code: &str) -> Option<Symbol> {
    if code.is_empty() || code.len() > LETTERS_MAX || !code.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    {
        return None;
    }
    // The library reads `Ɓ` as "start with character set B", which holds all of printable ASCII.
    let bars = Code128::new(format!("\u{0181}{code}")).ok()?.encode();
    let mut path = String::new();
    push_runs(&mut path, bars.iter().map(|bar| *bar == 1), BARS_QUIET, 0, BARS_HEIGHT);
    Some(Symbol { path, width: u32::try_from(bars.len() + 2 * BARS_QUIET).ok()?, height: BARS_HEIGHT })
}

fn push_runs(path: &mut String, dark: impl Iterator<Item = bool>, left: usize, top: usize, height: u32) {
    let mut run = 0;
    for (column, is_dark) in dark.chain([false]).enumerate() {
        if is_dark {
            run += 1;
        } else if run > 0 {
            // Writing to a String can't fail.
            let _ = write!(path, "M{} {top}h{run}v{height}h-{run}z", left + column - run);
            run = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dark modules of a drawn symbol, row by row.
    fn modules(symbol: &Symbol) -> Vec<Vec<bool>> {
        let mut grid = vec![vec![false; symbol.width as usize]; symbol.height as usize];
        for rectangle in symbol.path.split('z').filter(|rectangle| !rectangle.is_empty()) {
            let numbers: Vec<usize> = rectangle
                .split(|letter: char| !letter.is_ascii_digit())
                .filter_map(|number| number.parse().ok())
                .collect();
            let [left, top, width, height, back] = numbers[..] else { panic!("{rectangle}") };
            assert_eq!(width, back);
            for row in &mut grid[top..top + height] {
                for module in &mut row[left..left + width] {
                    assert!(!*module, "drawn twice");
                    *module = true;
                }
            }
        }
        grid
    }

    #[test]
    fn a_qr_symbol_has_its_quiet_zone_and_three_finders() {
        let symbol = qr("7F3K-29QD-XM4T").unwrap();
        let grid = modules(&symbol);
        let side = grid.len();
        assert!(symbol.path.bytes().all(|byte| b"Mhvz- 0123456789".contains(&byte)));
        for edge in 0..QR_QUIET {
            assert!(!grid[edge].contains(&true) && !grid[side - 1 - edge].contains(&true));
            assert!(grid.iter().all(|row| !row[edge] && !row[side - 1 - edge]));
        }
        let finder = [0b111_1111_u8, 0b100_0001, 0b101_1101, 0b101_1101, 0b101_1101, 0b100_0001, 0b111_1111];
        let far = side - QR_QUIET - 7;
        for (top, left) in [(QR_QUIET, QR_QUIET), (QR_QUIET, far), (far, QR_QUIET)] {
            for (row, want) in finder.iter().enumerate() {
                let got = (0..7).fold(0, |bits, column| bits << 1 | u8::from(grid[top + row][left + column]));
                assert_eq!(got, *want);
            }
        }
    }

    #[test]
    fn a_bar_code_starts_stops_and_carries_its_checksum() {
        let code = "7F3K29QDXM4T";
        let grid = modules(&code128(code).unwrap());
        assert!(grid.iter().all(|row| *row == grid[0]), "bars go from top to bottom");
        let bars: Vec<u8> =
            grid[0][BARS_QUIET..grid[0].len() - BARS_QUIET].iter().map(|dark| u8::from(*dark)).collect();
        let text: String = bars.iter().map(|bar| char::from(b'0' + bar)).collect();
        assert!(text.starts_with("11010010000"), "start B");
        assert!(text.ends_with("1100011101011"), "stop");
        assert_eq!(bars.len(), 11 * (code.len() + 2) + 13);
        let sum =
            code.bytes().zip(1u32..).fold(104, |sum, (byte, place)| sum + u32::from(byte - 32) * place) % 103;
        let check = &text[text.len() - 24..text.len() - 13];
        let twin = Code128::new(format!("\u{0181}{}", char::from(u8::try_from(sum).unwrap() + 32)))
            .unwrap()
            .encode();
        let want: String = twin[11..22].iter().map(|bar| char::from(b'0' + bar)).collect();
        assert_eq!(check, want);
    }

    #[test]
    fn what_can_not_be_drawn_is_not_drawn() {
        assert_eq!(qr(""), None);
        assert_eq!(code128(""), None);
        assert_eq!(code128("é"), None);
        assert_eq!(code128(&"A".repeat(49)), None);
    }
}
