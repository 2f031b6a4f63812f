using System.Text;

namespace Portal.Sandbox.Elasticsearch;

using Test = Func<ShippedLine, bool>;

/// <summary>
/// Lucene's query string: words, phrases, AND OR NOT (also &amp;&amp; || ! + -), groups, <c>field:value</c>, wildcards, ranges, escapes.
/// What cannot be read is refused as Elasticsearch does; the simple form takes everything.
/// </summary>
internal sealed class SearchWords(SearchQuery query, IReadOnlyList<string> fields, bool isAnd, bool isSimple)
{
    private string text = string.Empty;
    private int at;

    public Test Compile(string words)
    {
        (text, at) = (words, 0);
        if (isSimple)
        {
            text = words.Count(c => c == '"') % 2 == 1 ? words.Replace("\"", string.Empty, StringComparison.Ordinal) : words;
            text = text.Replace("|", " OR ", StringComparison.Ordinal).Replace("(", " ", StringComparison.Ordinal).Replace(")", " ", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal).Replace("{", "\\{", StringComparison.Ordinal).Replace("^", "\\^", StringComparison.Ordinal).Replace("/", "\\/", StringComparison.Ordinal).TrimEnd('\\', '+', '-', ' ');
        }

        if (text.Trim().Length == 0)
        {
            return isSimple ? _ => false : _ => true;
        }

        var test = Clauses(fields, depth: 0);
        return at < text.Length ? throw Refused($"Encountered \" \")\" \") \"\" at line 1, column {at}.") : test;
    }

    private SearchRefused Refused(string why) => new("query_shard_exception", $"Failed to parse query [{text}]", inShard: true, cause: $"Cannot parse '{text}': {why}");

    private Test Clauses(IReadOnlyList<string> names, int depth)
    {
        var must = new List<Test>();
        var any = new List<Test>();
        var not = new List<Test>();
        var and = isAnd;
        var first = true;
        while (Skip() && text[at] != ')')
        {
            var joined = Joined(first);
            var negative = joined == "NOT" || Take("NOT ") || Take("!") || Take("-");
            var needed = Take("+");
            if (joined == "AND" && any.Count > 0)
            {
                // Lucene's AND also makes the clause before it a must.
                must.Add(any[^1]);
                any.RemoveAt(any.Count - 1);
            }
            else if (joined == "OR" && and && must.Count > 0)
            {
                any.Add(must[^1]);
                must.RemoveAt(must.Count - 1);
            }

            (negative ? not : needed || joined == "AND" || (and && joined != "OR") ? must : any).Add(Clause(names, depth));
            first = false;
        }

        if (depth > 0 && (at >= text.Length || text[at] != ')'))
        {
            throw Refused($"Encountered \"<EOF>\" at line 1, column {text.Length}. Was expecting one of: <AND> ... \")\" ...");
        }

        return l => must.TrueForAll(t => t(l)) && !not.Exists(t => t(l)) && (any.Count == 0 || must.Count > 0 || any.Exists(t => t(l)));
    }

    private string? Joined(bool isFirst)
    {
        var joined = Operator();
        if (joined is not null && isFirst)
        {
            throw Refused($"Encountered \" <{joined}> \"{joined} \"\" at line 1, column {at - joined.Length}.");
        }

        return joined is not null && (!Skip() || text[at] == ')') ? throw Refused($"Encountered \"<EOF>\" at line 1, column {at}.") : joined;
    }

    private Test Clause(IReadOnlyList<string> names, int depth)
    {
        if (!Skip())
        {
            throw Refused($"Encountered \"<EOF>\" at line 1, column {at}.");
        }

        if (text[at] == '(')
        {
            at++;
            var inner = Clauses(names, depth + 1);
            at++;
            return inner;
        }

        if (text[at] == '"')
        {
            return Phrase(names);
        }

        if (text[at] is '[' or '{')
        {
            return Range(names);
        }

        var (word, isWild) = Word();
        if (at < text.Length && text[at] == ':')
        {
            at++;
            if (word == "_exists_")
            {
                var field = Word().Text;
                return query.Compile(new System.Text.Json.Nodes.JsonObject { ["exists"] = new System.Text.Json.Nodes.JsonObject { ["field"] = field } });
            }

            return Clause([word], depth);
        }

        return Any(names, field => Single(field, word, isWild));
    }

    private Test Phrase(IReadOnlyList<string> names)
    {
        var end = at + 1;
        while (end < text.Length && text[end] != '"')
        {
            end += text[end] == '\\' ? 2 : 1;
        }

        if (end >= text.Length)
        {
            throw Refused($"Lexical error at line 1, column {text.Length + 1}. Encountered: <EOF> after : \"\\{text[at..]}\"");
        }

        var phrase = text[(at + 1)..end].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        at = end + 1;
        Suffix();
        return Any(names, field => query.Phrase(field, phrase));
    }

    private Test Range(IReadOnlyList<string> names)
    {
        var end = text.IndexOfAny([']', '}'], at);
        var parts = end < 0 ? [] : text[(at + 1)..end].Split(" TO ", StringSplitOptions.TrimEntries);
        if (parts.Length != 2)
        {
            throw Refused($"Encountered \" \"]\" \"] \"\" at line 1, column {Math.Max(at, end)}. Was expecting: \"TO\" ...");
        }

        var range = new System.Text.Json.Nodes.JsonObject();
        if (parts[0] != "*")
        {
            range[text[at] == '[' ? "gte" : "gt"] = parts[0].Trim('"');
        }

        if (parts[1] != "*")
        {
            range[text[end] == ']' ? "lte" : "lt"] = parts[1].Trim('"');
        }

        at = end + 1;
        return Any(names, field => query.Compile(new System.Text.Json.Nodes.JsonObject { ["range"] = new System.Text.Json.Nodes.JsonObject { [field] = range.DeepClone() } }));
    }

    private static Test Any(IReadOnlyList<string> names, Func<string, Test> make)
    {
        var tests = names.Select(make).ToList();
        return l => tests.Exists(t => t(l));
    }

    private Test Single(string field, string word, bool isWild)
    {
        if (isWild)
        {
            return word == "*" ? l => l.Value(field) is not null : query.Field(field, SearchText.Wildcard(word, ignoreCase: true).IsMatch);
        }

        // A keyword is one value; a text's words come one after the other.
        var exact = query.Field(field, v => v == word);
        var phrase = query.Phrase(field, word);
        return l => exact(l) || phrase(l);
    }

    private (string Text, bool IsWild) Word()
    {
        var word = new StringBuilder();
        var wild = false;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (c == '\\' && at + 1 < text.Length)
            {
                word.Append(text[++at]);
                continue;
            }

            if (char.IsWhiteSpace(c) || c is '(' or ')' or ':' or '"' or '[' or ']' or '{' or '}' or '^' or '~')
            {
                break;
            }

            wild |= c is '*' or '?';
            word.Append(c);
        }

        if (word.Length == 0)
        {
            throw Refused(at < text.Length ? $"Encountered \" \"{text[at]}\" \"{text[at]} \"\" at line 1, column {at}." : $"Encountered \"<EOF>\" at line 1, column {at}.");
        }

        Suffix();
        return (word.ToString(), wild);
    }

    private void Suffix()
    {
        while (at < text.Length && text[at] is '^' or '~')
        {
            for (at++; at < text.Length && (char.IsDigit(text[at]) || text[at] == '.'); at++)
            {
            }

            if (at >= text.Length)
            {
                return;
            }
        }
    }

    private bool Skip()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at < text.Length;
    }

    private bool Take(string what)
    {
        if (string.CompareOrdinal(text, at, what, 0, what.Length) == 0 && at + what.Length < text.Length)
        {
            at += what.Length;
            Skip();
            return true;
        }

        return false;
    }

    private string? Operator()
    {
        foreach (var (spelt, means) in ((string, string)[])[("AND", "AND"), ("OR", "OR"), ("&&", "AND"), ("||", "OR")])
        {
            if (string.CompareOrdinal(text, at, spelt, 0, spelt.Length) == 0 && (at + spelt.Length >= text.Length || char.IsWhiteSpace(text[at + spelt.Length]) || text[at + spelt.Length] is '(' or ')'))
            {
                at += spelt.Length;
                return means;
            }
        }

        return null;
    }
}
