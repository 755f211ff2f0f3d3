//! Voucher codes and references that people read, type and tell.
//!
//! Invariants: no character that looks like another (no 0 O 1 I L U); a voucher code ends with a check character that
//! finds every single wrong character.

use rand::RngCore;

/// 30 characters, none of which is taken for another.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
const SIZE: u32 = ALPHABET.len() as u32;
/// Characters of a voucher code, the check character included.
const LENGTH: usize = 12;
/// Weights of the check sum; prime to 30, so that any single change shows.
const WEIGHTS: [u32; 2] = [7, 11];
/// Characters that a mask leaves to be seen.
const SHOWN: usize = 4;
/// Shorter codes are hidden whole: four characters would tell too much of them.
const MASKABLE_LENGTH_MIN: usize = 8;

/// A voucher code, as `7F3K-29QD-XM4T`: 11 free characters, 53 bits.
#[must_use]
pub fn make_code(rng: &mut impl RngCore) -> String {
    let mut values: Vec<u32> = (0..LENGTH - 1).map(|_| draw(rng)).collect();
    values.push(check(&values));
    grouped(&values)
}

/// A reference to tell a person, as `TKR-7F3K-29QD`.
#[must_use]
pub fn make_reference(rng: &mut impl RngCore) -> String {
    let values: Vec<u32> = (0..8).map(|_| draw(rng)).collect();
    format!("TKR-{}", grouped(&values))
}

/// A typed voucher code as it is stored: upper case, grouped; `None` when it can't be one.
#[must_use]
pub fn normalise(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let values = typed
        .bytes()
        .filter(|b| !b.is_ascii_whitespace() && *b != b'-')
        .map(|b| ALPHABET.iter().position(|a| *a == b.to_ascii_uppercase()).map(|at| at as u32))
        .collect::<Option<Vec<u32>>>()?;
    (values.len() == LENGTH && check(&values[..LENGTH - 1]) == values[LENGTH - 1]).then(|| grouped(&values))
}

/// All but the last four characters hidden, as `••••-••••-XM4T`; a code of less than eight is hidden whole. Hyphens stay.
/// Also for codes that others made, whatever their shape.
#[must_use]
pub fn mask(code: &str) -> String {
    let length = code.chars().filter(|c| *c != '-').count();
    let hidden = if length < MASKABLE_LENGTH_MIN { length } else { length - SHOWN };
    let mut seen = 0;
    code.chars()
        .map(|c| {
            if c == '-' {
                return c;
            }
            seen += 1;
            if seen <= hidden { '•' } else { c }
        })
        .collect()
}

fn draw(rng: &mut impl RngCore) -> u32 {
    const ZONE: u32 = u32::MAX - u32::MAX % SIZE;
    loop {
        let number = rng.next_u32();
        if number < ZONE {
            return number % SIZE;
        }
    }
}

fn check(values: &[u32]) -> u32 {
    values.iter().enumerate().map(|(at, value)| value * WEIGHTS[at % 2]).sum::<u32>() % SIZE
}

fn grouped(values: &[u32]) -> String {
    let mut text = String::with_capacity(values.len() + values.len() / 4);
    for (at, value) in values.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[*value as usize]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn a_reference_and_a_masked_code_have_their_shapes() {
        let mut rng = StdRng::seed_from_u64(1);
        assert_eq!(make_reference(&mut rng).len(), "TKR-7F3K-29QD".len());
        let code = make_code(&mut rng);
        assert_eq!(code.len(), "7F3K-29QD-XM4T".len());
        assert_eq!(mask(&code), format!("••••-••••-{}", &code[10..]));
    }

    #[test]
    fn a_mask_never_shows_more_than_the_last_four() {
        for (code, masked) in [
            ("7F3K-29QD-XM4T", "••••-••••-XM4T"),
            ("SPOTIFY2026XYZQ", "•••••••••••XYZQ"),
            ("A-BCDEFGHIJK", "•-••••••HIJK"),
            ("ABCD-EFGH-", "••••-EFGH-"),
            ("AB-12345", "••-•••••"),
            ("1234567", "•••••••"),
            ("", ""),
        ] {
            assert_eq!(mask(code), masked, "{code}");
        }
    }

    proptest! {
        #[test]
        fn a_code_typed_carelessly_reads_back(seed: u64) {
            let code = make_code(&mut StdRng::seed_from_u64(seed));
            prop_assert_eq!(normalise(&code.to_lowercase().replace('-', " ")), Some(code));
        }

        #[test]
        fn one_wrong_character_is_found(seed: u64, place in 0..LENGTH, other in 1..SIZE as usize) {
            let code = make_code(&mut StdRng::seed_from_u64(seed));
            let mut bytes: Vec<u8> = code.bytes().filter(|b| *b != b'-').collect();
            let at = ALPHABET.iter().position(|a| *a == bytes[place]).unwrap();
            bytes[place] = ALPHABET[(at + other) % ALPHABET.len()];
            prop_assert_eq!(normalise(std::str::from_utf8(&bytes).unwrap()), None);
        }
    }
}
