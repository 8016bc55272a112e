//! The many spellings of one name, folded; and the words that names are made of.

/// 6.3: no case, no trailing slash, the leading slash may be missing.
pub(crate) fn fold_scope(scope: &str) -> String {
    format!("/{}", scope.trim().trim_matches('/').to_ascii_lowercase())
}

/// 5.3, 9.6: GUIDs compare without case and without dashes.
pub(crate) fn fold_guid(text: &str) -> String {
    let text = text.trim();
    let parts = [0..8, 9..13, 14..18, 19..23, 24..36].map(|range| text.get(range));
    let dashed = text.len() == 36;
    let bare =
        if dashed { parts.map(|part| part.unwrap_or("-")).concat() } else { text.to_owned() };
    let folded = if is_guid(&bare) { bare } else { text.to_owned() };
    folded.to_ascii_lowercase()
}

pub(crate) fn is_guid(bare: &str) -> bool {
    bare.len() == 32 && u128::from_str_radix(bare, 16).is_ok()
}

/// 4.5, 6.8: the name at the end of an id.
pub(crate) fn last(id: &str) -> &str {
    id.trim().trim_end_matches('/').rsplit('/').next().unwrap_or(id)
}

/// The types on the way down from the last `/providers/`, each with the name that the scope spells there.
pub(crate) fn names(scope: &str) -> Vec<(String, &str)> {
    let Some(at) = scope.to_ascii_lowercase().rfind("/providers/") else { return Vec::new() };
    let below: Vec<&str> =
        scope[at + "/providers/".len()..].split('/').filter(|one| !one.is_empty()).collect();
    let mut kind = below.first().map_or(String::new(), |provider| (*provider).to_owned());
    let mut found = Vec::new();
    for pair in below.get(1..).unwrap_or_default().chunks_exact(2) {
        kind = format!("{kind}/{}", pair[0]);
        found.push((kind.clone(), pair[1]));
    }
    found
}

/// An RFC 3339 time as nanoseconds since 1970; nothing where the text is no such time.
pub(crate) fn instant(text: &str) -> Option<i128> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i128>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    // Days before a date of the Gregorian calendar, the year beginning in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    let mut seconds =
        days * 86_400 + number(11, 13)? * 3_600 + number(14, 16)? * 60 + number(17, 19)?;
    let rest = text.get(19..)?;
    let (fraction, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-'])?);
    let digits: String = fraction.chars().skip(1).chain("000000000".chars()).take(9).collect();
    if let Some((hours, minutes)) = zone[1..].split_once(':') {
        let offset = hours.parse::<i128>().ok()? * 3_600 + minutes.parse::<i128>().ok()? * 60;
        seconds -= if zone.starts_with('-') { -offset } else { offset };
    }
    Some(seconds * 1_000_000_000 + digits.parse::<i128>().ok()?)
}
