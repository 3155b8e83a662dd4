//! The light parse: of one .proto text, what a tree of services and a search for a symbol need. It follows the
//! grammar closely enough to notice what cannot be right, steps over it, and leaves the verdict to the compiler.
//! Resolves no names and knows no other file.

use std::ops::Range;

use super::lex::{Lexer, Token, comment_text};

/// As protoc's own limit for messages (32), with room for groups and oneofs between.
const DEEPEST_NESTING: u32 = 70;

/// What one file says.
#[derive(Debug, Default)]
pub(super) struct ParsedFile {
    pub(super) package: String,
    pub(super) imports: Vec<Import>,
    pub(super) services: Vec<ParsedService>,
    /// In the order of the text, outer before inner; names are relative to the package.
    pub(super) definitions: Vec<Definition>,
    /// Something that the grammar does not allow, or that this parse does not know.
    pub(super) is_faulty: bool,
}

/// `import "google/type/date.proto";`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) name: String,
    pub(super) is_public: bool,
    /// Custom options only, may be missing (`import option`, edition 2024).
    pub(super) is_option: bool,
}

/// What a definition defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DefinitionKind {
    Message,
    Enum,
    Service,
    Method,
    /// One field of an `extend` block.
    Extension,
    /// A field of a message; only asked for by `Detail::Members`.
    Field,
    /// Named beside its enum, as protobuf does; only asked for by `Detail::Members`.
    EnumValue,
}

/// A name and where its text is.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) kind: DefinitionKind,
    /// `Outer.Inner`, relative to the package.
    pub(super) name: String,
    /// With its leading comment. Of an extension its whole `extend` block, of a field its message, of a value its enum.
    pub(super) span: Range<usize>,
}

/// A service as written: type and option names are not yet resolved.
#[derive(Clone, Debug, Default)]
pub(super) struct ParsedService {
    pub(super) name: String,
    pub(super) comment: String,
    pub(super) is_deprecated: bool,
    pub(super) methods: Vec<ParsedMethod>,
}

/// A method as written.
#[derive(Clone, Debug, Default)]
pub(super) struct ParsedMethod {
    pub(super) name: String,
    pub(super) input: String,
    pub(super) output: String,
    pub(super) client_streaming: bool,
    pub(super) server_streaming: bool,
    pub(super) comment: String,
    /// Names as written: `deprecated`, `(api.http).get`.
    pub(super) options: Vec<(String, String)>,
}

/// How much is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// Services, messages, enums, extensions.
    Names,
    /// Fields and enum values too.
    Members,
}

/// Reads a text; never fails, says at most that something in it is odd.
pub(super) fn parse(text: &[u8], detail: Detail) -> ParsedFile {
    let mut parser = Parser { lexer: Lexer::new(text), file: ParsedFile::default(), scope: String::new(), detail };
    parser.file();
    parser.file
}

/// Not this grammar; the statement is stepped over.
struct Odd;
type Parse<T = ()> = Result<T, Odd>;

struct Parser<'a> {
    lexer: Lexer<'a>,
    file: ParsedFile,
    /// The enclosing messages, dotted.
    scope: String,
    detail: Detail,
}

impl Parser<'_> {
    fn file(&mut self) {
        while self.lexer.token != Token::End {
            if self.top_level().is_err() {
                self.recover();
                // No block is open here that a brace could end.
                self.lexer.eat(b'}');
            }
        }
    }

    fn top_level(&mut self) -> Parse {
        if self.lexer.eat(b';') {
            return Ok(());
        }
        if self.lexer.token != Token::Ident {
            return Err(Odd);
        }
        match self.lexer.text() {
            b"syntax" | b"edition" => {
                self.lexer.advance();
                self.expect(b'=')?;
                self.string()?;
                self.expect(b';')
            }
            b"package" => {
                self.lexer.advance();
                self.file.package = self.dotted()?;
                self.expect(b';')
            }
            b"import" => self.import(),
            b"option" => self.option().map(drop),
            b"service" => self.service(),
            _ => self.nested_definition(0).and_then(|was_one| if was_one { Ok(()) } else { Err(Odd) }),
        }
    }

    /// `message`, `enum` or `extend` with what may stand before; false where the text is something else.
    fn nested_definition(&mut self, depth: u32) -> Parse<bool> {
        let start = self.start();
        if (self.lexer.is_ident(b"export") || self.lexer.is_ident(b"local"))
            && matches!(self.lexer.peek_byte(), Some(b'm' | b'e'))
        {
            // A field whose type is named so would go on with its name; both words before a field are no grammar.
            let word_end = self.lexer.span.end;
            let rest = self.lexer.slice_from(word_end).trim_ascii_start();
            if [&b"message"[..], b"enum"].iter().any(|word| {
                rest.strip_prefix(*word).is_some_and(|after| after.first().is_some_and(u8::is_ascii_whitespace))
            }) {
                self.lexer.advance();
            }
        }
        let follows_name = self.lexer.peek_byte().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        if self.lexer.is_ident(b"message") && follows_name {
            self.lexer.advance();
            let name = self.ident()?;
            self.message(start, &name, depth)?;
        } else if self.lexer.is_ident(b"enum") && follows_name {
            self.lexer.advance();
            self.enumeration(start)?;
        } else if self.lexer.is_ident(b"extend") && (follows_name || self.lexer.peek_byte() == Some(b'.')) {
            self.lexer.advance();
            self.extend(start, depth)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn import(&mut self) -> Parse {
        self.lexer.advance();
        let mut import = Import { name: String::new(), is_public: false, is_option: false };
        if self.lexer.token == Token::Ident {
            match self.lexer.text() {
                b"public" => import.is_public = true,
                b"weak" => {}
                b"option" => import.is_option = true,
                _ => return Err(Odd),
            }
            self.lexer.advance();
        }
        import.name = self.string()?;
        self.file.imports.push(import);
        self.expect(b';')
    }

    fn message(&mut self, start: usize, name: &str, depth: u32) -> Parse {
        let outer_length = self.enter(name);
        let index = self.define(DefinitionKind::Message, self.scope.clone(), start);
        let result = self.message_body(index, depth);
        self.scope.truncate(outer_length);
        self.end_definition(index);
        result
    }

    fn message_body(&mut self, message: usize, depth: u32) -> Parse {
        if !self.lexer.is_punct(b'{') {
            return Err(Odd);
        }
        if depth > DEEPEST_NESTING {
            self.skip_block();
            return Err(Odd);
        }
        self.lexer.advance();
        self.block(|parser| parser.message_statement(message, depth))
    }

    fn message_statement(&mut self, message: usize, depth: u32) -> Parse {
        if self.lexer.eat(b';') {
            return Ok(());
        }
        if self.nested_definition(depth + 1)? {
            return Ok(());
        }
        let follows_statement = !matches!(self.lexer.peek_byte(), Some(b'.' | b'='));
        if self.lexer.token == Token::Ident && follows_statement {
            match self.lexer.text() {
                b"option" => return self.option().map(drop),
                b"extensions" | b"reserved" => return self.skip_statement(),
                b"oneof" => {
                    self.lexer.advance();
                    self.ident()?;
                    self.expect(b'{')?;
                    return self.block(|parser| {
                        if parser.lexer.is_ident(b"option") {
                            parser.option().map(drop)
                        } else if parser.lexer.eat(b';') {
                            Ok(())
                        } else {
                            parser.field(message, DefinitionKind::Field, depth)
                        }
                    });
                }
                _ => {}
            }
        }
        self.field(message, DefinitionKind::Field, depth)
    }

    /// A field of a message or of an `extend` block; `owner` is the definition whose text shows it.
    fn field(&mut self, owner: usize, kind: DefinitionKind, depth: u32) -> Parse {
        let start = self.start();
        let is_label = self.lexer.token == Token::Ident
            && matches!(self.lexer.text(), b"optional" | b"required" | b"repeated")
            && self.lexer.peek_byte() != Some(b'=');
        if is_label {
            self.lexer.advance();
        }
        let is_group = self.lexer.is_ident(b"group") && self.lexer.peek_byte().is_some_and(|b| b.is_ascii_uppercase());
        if self.lexer.is_ident(b"map") && self.lexer.peek_byte() == Some(b'<') {
            self.lexer.advance();
            self.lexer.advance();
            self.skip_type()?;
            self.expect(b',')?;
            self.skip_type()?;
            self.expect(b'>')?;
        } else {
            self.skip_type()?;
        }
        let name = self.ident_span()?;
        self.expect(b'=')?;
        if self.lexer.token != Token::Number {
            return Err(Odd);
        }
        self.lexer.advance();
        self.options_in_brackets()?;
        if is_group {
            let name = self.text_of(name);
            self.member(owner, kind, &name.to_lowercase());
            return self.message(start, &name, depth + 1);
        }
        if self.wants(kind) {
            let name = self.text_of(name);
            self.member(owner, kind, &name);
        }
        self.expect(b';')
    }

    fn enumeration(&mut self, start: usize) -> Parse {
        let name = self.ident()?;
        let full_name = self.scoped(&name);
        let index = self.define(DefinitionKind::Enum, full_name, start);
        let result = self.expect(b'{').and_then(|()| self.block(|parser| parser.enum_statement(index)));
        self.end_definition(index);
        result
    }

    fn enum_statement(&mut self, index: usize) -> Parse {
        if self.lexer.eat(b';') {
            return Ok(());
        }
        if self.lexer.peek_byte() != Some(b'=') {
            if self.lexer.is_ident(b"option") {
                return self.option().map(drop);
            }
            if self.lexer.is_ident(b"reserved") {
                return self.skip_statement();
            }
        }
        let name = self.ident_span()?;
        self.expect(b'=')?;
        self.lexer.eat(b'-');
        if self.lexer.token != Token::Number {
            return Err(Odd);
        }
        self.lexer.advance();
        self.options_in_brackets()?;
        if self.wants(DefinitionKind::EnumValue) {
            let name = self.text_of(name);
            self.member(index, DefinitionKind::EnumValue, &name);
        }
        self.expect(b';')
    }

    fn extend(&mut self, start: usize, depth: u32) -> Parse {
        self.skip_type()?;
        let first = self.file.definitions.len();
        self.expect(b'{')?;
        let result = self.block(|parser| {
            if parser.lexer.eat(b';') {
                return Ok(());
            }
            parser.field(first, DefinitionKind::Extension, depth + 1)
        });
        let span = start..self.lexer.previous_end;
        for definition in &mut self.file.definitions[first..] {
            if definition.kind == DefinitionKind::Extension {
                definition.span = span.clone();
            }
        }
        result
    }

    fn service(&mut self) -> Parse {
        let start = self.start();
        let comment = self.comment();
        self.lexer.advance();
        let name = self.ident()?;
        let index = self.define(DefinitionKind::Service, name.clone(), start);
        let mut service = ParsedService { name, comment, ..ParsedService::default() };
        let result = self.expect(b'{').and_then(|()| self.block(|parser| parser.service_statement(&mut service)));
        self.end_definition(index);
        self.file.services.push(service);
        result
    }

    fn service_statement(&mut self, service: &mut ParsedService) -> Parse {
        if self.lexer.eat(b';') {
            return Ok(());
        }
        if self.lexer.is_ident(b"option") {
            let (name, value) = self.option()?;
            service.is_deprecated |= name == "deprecated" && value == "true";
            return Ok(());
        }
        if !self.lexer.is_ident(b"rpc") {
            return Err(Odd);
        }
        let start = self.start();
        let mut method = ParsedMethod { comment: self.comment(), ..ParsedMethod::default() };
        self.lexer.advance();
        method.name = self.ident()?;
        (method.client_streaming, method.input) = self.method_type()?;
        if !self.lexer.is_ident(b"returns") {
            return Err(Odd);
        }
        self.lexer.advance();
        (method.server_streaming, method.output) = self.method_type()?;
        let index = self.define(DefinitionKind::Method, format!("{}.{}", service.name, method.name), start);
        let result = if self.lexer.eat(b'{') {
            self.block(|parser| {
                if parser.lexer.eat(b';') {
                    return Ok(());
                }
                if !parser.lexer.is_ident(b"option") {
                    return Err(Odd);
                }
                method.options.push(parser.option()?);
                Ok(())
            })
        } else {
            self.expect(b';')
        };
        self.end_definition(index);
        service.methods.push(method);
        result
    }

    fn method_type(&mut self) -> Parse<(bool, String)> {
        self.expect(b'(')?;
        let is_stream = self.lexer.is_ident(b"stream") && !matches!(self.lexer.peek_byte(), Some(b')'));
        if is_stream {
            self.lexer.advance();
        }
        let name = self.type_name()?;
        self.expect(b')')?;
        Ok((is_stream, name))
    }

    /// `option (a.b).c = value;`, on `option`.
    fn option(&mut self) -> Parse<(String, String)> {
        self.lexer.advance();
        let mut name = String::new();
        while self.lexer.token != Token::End && !self.lexer.is_punct(b'=') {
            match self.lexer.token {
                Token::Ident | Token::Punct(b'(' | b')' | b'.') => name.push_str(&self.text()),
                _ => return Err(Odd),
            }
            self.lexer.advance();
        }
        self.expect(b'=')?;
        let value = self.option_value()?;
        self.expect(b';')?;
        Ok((name, value))
    }

    /// Everything up to the `;` outside of brackets, in one line without comments.
    fn option_value(&mut self) -> Parse<String> {
        let mut value = String::new();
        let mut depth = 0_u32;
        let mut last = b' ';
        loop {
            match self.lexer.token {
                Token::End | Token::Bad => return Err(Odd),
                Token::Punct(b';') if depth == 0 => return if value.is_empty() { Err(Odd) } else { Ok(value) },
                Token::Punct(b'{' | b'[') => depth += 1,
                Token::Punct(b'}' | b']') => depth = depth.checked_sub(1).ok_or(Odd)?,
                _ => {}
            }
            let text = self.text();
            let first = text.bytes().next().unwrap_or(b' ');
            let joins = value.is_empty()
                || matches!(first, b':' | b',' | b';' | b']' | b'.' | b'/')
                || matches!(last, b'[' | b'-' | b'.' | b'/');
            if !joins {
                value.push(' ');
            }
            value.push_str(&text);
            last = text.bytes().last().unwrap_or(b' ');
            self.lexer.advance();
        }
    }

    fn options_in_brackets(&mut self) -> Parse {
        if !self.lexer.is_punct(b'[') {
            return Ok(());
        }
        let mut depth = 0_u32;
        loop {
            match self.lexer.token {
                Token::End | Token::Bad => return Err(Odd),
                Token::Punct(b'[' | b'{') => depth += 1,
                Token::Punct(b']' | b'}') => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        self.lexer.advance();
                        return Ok(());
                    }
                }
                _ => {}
            }
            self.lexer.advance();
        }
    }

    /// Statements up to the closing brace, which is eaten. An odd one is stepped over.
    fn block(&mut self, mut statement: impl FnMut(&mut Self) -> Parse) -> Parse {
        loop {
            if self.lexer.eat(b'}') {
                return Ok(());
            }
            if self.lexer.token == Token::End {
                return Err(Odd);
            }
            if statement(self).is_err() {
                self.recover();
            }
        }
    }

    /// Steps over the rest of a statement that is odd.
    fn recover(&mut self) {
        self.file.is_faulty = true;
        loop {
            match self.lexer.token {
                // The end of the block around: whoever reads that block takes it.
                Token::End | Token::Punct(b'}') => return,
                Token::Punct(b';') => {
                    self.lexer.advance();
                    return;
                }
                Token::Punct(b'{') => {
                    self.skip_block();
                    return;
                }
                _ => self.lexer.advance(),
            }
        }
    }

    /// On `{`: steps over it and all up to its end.
    fn skip_block(&mut self) {
        let mut depth = 0_u32;
        loop {
            match self.lexer.token {
                Token::End => return,
                Token::Punct(b'{') => depth += 1,
                Token::Punct(b'}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.lexer.advance();
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_statement(&mut self) -> Parse {
        while !self.lexer.is_punct(b';') {
            match self.lexer.token {
                Token::End | Token::Bad | Token::Punct(b'}') => return Err(Odd),
                Token::Punct(b'[') => self.options_in_brackets()?,
                _ => self.lexer.advance(),
            }
        }
        self.lexer.advance();
        Ok(())
    }

    fn expect(&mut self, sign: u8) -> Parse {
        if self.lexer.eat(sign) { Ok(()) } else { Err(Odd) }
    }

    fn ident(&mut self) -> Parse<String> {
        let span = self.ident_span()?;
        Ok(self.text_of(span))
    }

    fn ident_span(&mut self) -> Parse<Range<usize>> {
        if self.lexer.token != Token::Ident {
            return Err(Odd);
        }
        let span = self.lexer.span.clone();
        self.lexer.advance();
        Ok(span)
    }

    fn dotted(&mut self) -> Parse<String> {
        let mut name = self.ident()?;
        while self.lexer.eat(b'.') {
            name.push('.');
            name.push_str(&self.ident()?);
        }
        Ok(name)
    }

    /// `a.B` or `.a.B`.
    fn type_name(&mut self) -> Parse<String> {
        if self.lexer.eat(b'.') { Ok(format!(".{}", self.dotted()?)) } else { self.dotted() }
    }

    fn skip_type(&mut self) -> Parse {
        self.lexer.eat(b'.');
        loop {
            if self.lexer.token != Token::Ident {
                return Err(Odd);
            }
            self.lexer.advance();
            if !self.lexer.eat(b'.') {
                return Ok(());
            }
        }
    }

    /// One string, or several that are joined; escapes matter to no import name and stay.
    fn string(&mut self) -> Parse<String> {
        let mut joined = String::new();
        let mut has_any = false;
        while self.lexer.token == Token::Str {
            let text = self.text();
            joined.push_str(text.get(1..text.len() - 1).unwrap_or_default());
            has_any = true;
            self.lexer.advance();
        }
        if has_any { Ok(joined) } else { Err(Odd) }
    }

    fn text(&self) -> String {
        self.text_of(self.lexer.span.clone())
    }

    fn text_of(&self, span: Range<usize>) -> String {
        String::from_utf8_lossy(self.lexer.slice(span)).into_owned()
    }

    fn wants(&self, kind: DefinitionKind) -> bool {
        kind == DefinitionKind::Extension || self.detail == Detail::Members
    }

    fn comment(&self) -> String {
        self.lexer.comment.clone().map(|block| comment_text(self.lexer.slice(block))).unwrap_or_default()
    }

    /// Where the present token's text begins, its leading comment included.
    fn start(&self) -> usize {
        self.lexer.comment.as_ref().map_or(self.lexer.span.start, |block| block.start)
    }

    fn enter(&mut self, name: &str) -> usize {
        let outer_length = self.scope.len();
        self.scope = self.scoped(name);
        outer_length
    }

    fn scoped(&self, name: &str) -> String {
        if self.scope.is_empty() { name.to_owned() } else { format!("{}.{name}", self.scope) }
    }

    fn define(&mut self, kind: DefinitionKind, name: String, start: usize) -> usize {
        self.file.definitions.push(Definition { kind, name, span: start..start });
        self.file.definitions.len() - 1
    }

    fn end_definition(&mut self, index: usize) {
        let end = self.lexer.previous_end;
        if let Some(definition) = self.file.definitions.get_mut(index) {
            definition.span.end = end.max(definition.span.start);
        }
    }

    fn member(&mut self, owner: usize, kind: DefinitionKind, name: &str) {
        if !self.wants(kind) {
            return;
        }
        let name = match (kind, self.file.definitions.get(owner)) {
            (DefinitionKind::Field, Some(message)) => format!("{}.{name}", message.name),
            _ => self.scoped(name),
        };
        // Members are given their owner's text when that is known.
        self.file.definitions.push(Definition { kind, name, span: owner..owner });
    }
}

impl ParsedFile {
    /// The definition of a name relative to the package; of a field its message, of a value its enum.
    pub(super) fn definition(&self, name: &str) -> Option<&Definition> {
        let found = self.definitions.iter().find(|definition| definition.name == name)?;
        match found.kind {
            DefinitionKind::Field | DefinitionKind::EnumValue => self.definitions.get(found.span.start),
            _ => Some(found),
        }
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
