//! What a tenant knows of each principal.

use crate::ident::Guid;
use crate::origin::Origin;

/// What is known of a principal besides its id.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrincipalInfo {
    pub(crate) display_name: Option<Box<str>>,
    pub(crate) user_principal_name: Option<Box<str>>,
    /// What few have: a directory has tens of thousands of them.
    pub(crate) more: Option<Box<PrincipalMore>>,
    /// Where its entry in the directory stands; none where it is only named by something else.
    pub(crate) origin: Origin,
    pub(crate) described: bool,
    /// What its `userType` says, where there is one.
    pub(crate) is_guest: Option<bool>,
}

/// What few principals have.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrincipalMore {
    /// Where it is another than the user principal name.
    pub(crate) mail: Option<Box<str>>,
    pub(crate) app_id: Option<Guid>,
    pub(crate) alternative_names: Vec<Box<str>>,
    pub(crate) security_attributes: Vec<(Box<str>, Vec<Box<str>>)>,
}

impl PrincipalInfo {
    /// The mail address, where it is another than the user principal name.
    pub(crate) fn mail(&self) -> Option<&str> {
        self.more.as_ref()?.mail.as_deref()
    }

    /// The application (client) id.
    pub(crate) fn app_id(&self) -> Option<Guid> {
        self.more.as_ref()?.app_id
    }

    /// Of a managed identity the resource it belongs to, among others.
    pub(crate) fn alternative_names(&self) -> &[Box<str>] {
        self.more.as_ref().map_or(&[], |more| &more.alternative_names)
    }

    /// Custom security attributes as (`set_name`, values).
    pub(crate) fn security_attributes(&self) -> &[(Box<str>, Vec<Box<str>>)] {
        self.more.as_ref().map_or(&[], |more| &more.security_attributes)
    }

    /// The names that people may know it by.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        [self.user_principal_name.as_deref(), self.mail(), self.display_name.as_deref()]
            .into_iter()
            .flatten()
    }

    /// Adds what another entry knows of the same principal; what the first one said stands.
    pub(crate) fn add(&mut self, more: PrincipalMore) {
        let PrincipalMore { mail, app_id, alternative_names, security_attributes } = more;
        let lists = !alternative_names.is_empty() || !security_attributes.is_empty();
        if mail.is_none() && app_id.is_none() && !lists {
            return;
        }
        let known = self.more.get_or_insert_default();
        known.mail = known.mail.take().or(mail);
        known.app_id = known.app_id.or(app_id);
        if known.alternative_names.is_empty() {
            known.alternative_names = alternative_names;
        }
        if known.security_attributes.is_empty() {
            known.security_attributes = security_attributes;
        }
    }

    /// The bytes that it holds beside itself.
    pub(crate) fn held(&self) -> usize {
        let names = [&self.display_name, &self.user_principal_name].into_iter().flatten();
        let more = self.more.as_ref().map_or(0, |more| {
            size_of_val(&**more)
                + more.mail.as_ref().map_or(0, |mail| mail.len())
                + more
                    .alternative_names
                    .iter()
                    .map(|name| size_of::<Box<str>>() + name.len())
                    .sum::<usize>()
        });
        names.map(|name| name.len()).sum::<usize>() + more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn more() -> PrincipalMore {
        PrincipalMore::default()
    }

    #[test]
    fn what_the_first_said_stands_and_the_rest_is_added() {
        let mut info = PrincipalInfo::default();
        info.add(more());
        assert!(info.more.is_none(), "nothing was said");
        info.add(PrincipalMore { alternative_names: vec!["a".into()], ..more() });
        assert_eq!(info.alternative_names(), ["a".into()]);
        let attributes = |name: &str| vec![(name.into(), vec!["v".into()])];
        let id = Guid::parse("10000000-0000-4000-8000-000000000001");
        info.add(PrincipalMore {
            mail: Some("m".into()),
            app_id: id,
            alternative_names: vec!["b".into()],
            security_attributes: attributes("s"),
        });
        info.add(PrincipalMore {
            mail: Some("n".into()),
            app_id: Guid::parse("10000000-0000-4000-8000-000000000002"),
            security_attributes: attributes("t"),
            ..more()
        });
        assert_eq!((info.mail(), info.app_id()), (Some("m"), id));
        assert_eq!(info.alternative_names(), ["a".into()]);
        assert_eq!(info.security_attributes(), attributes("s"));
        let mut only = PrincipalInfo::default();
        only.add(PrincipalMore { security_attributes: attributes("s"), ..more() });
        assert_eq!(only.security_attributes(), attributes("s"));
    }

    #[test]
    fn every_byte_beside_it_is_counted() {
        let mut info = PrincipalInfo {
            display_name: Some("1234".into()),
            user_principal_name: Some("12345".into()),
            ..PrincipalInfo::default()
        };
        assert_eq!(info.held(), 9);
        info.add(PrincipalMore {
            mail: Some("123".into()),
            alternative_names: vec!["12".into(), "1234567".into()],
            ..more()
        });
        let more = size_of::<PrincipalMore>() + 3 + 2 * size_of::<Box<str>>() + 9;
        assert_eq!(info.held(), 9 + more);
    }
}
