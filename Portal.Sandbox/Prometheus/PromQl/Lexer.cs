using System.Text;

namespace Portal.Sandbox.Prometheus.PromQl;

internal enum TokenKind
{
    End,
    Name,
    Number,
    Duration,
    Text,
    Sign,
}

/// <summary>A word of a query; a duration or number still as text, a string without its quotes.</summary>
internal sealed record Token(TokenKind Kind, string Text, int Position)
{
    /// <summary>Says what the token is, as error messages do.</summary>
    public string Described => Kind switch
    {
        TokenKind.End => "end of input",
        TokenKind.Name when Parser.IsAggregator(Text) => $"<aggr:{Text.ToLowerInvariant()}>",
        TokenKind.Name when Text is "and" or "or" or "unless" or "atan2" => $"<op:{Text}>",
        TokenKind.Name when Text is "by" or "without" or "on" or "ignoring" or "group_left" or "group_right" or "bool" or "offset" => $"<{Text}>",
        TokenKind.Name => $"identifier \"{Text}\"",
        TokenKind.Number => $"number \"{Text}\"",
        TokenKind.Duration => $"duration \"{Text}\"",
        TokenKind.Text => $"string {LabelSet.Quote(Text)}",
        _ => Text switch
        {
            "(" => "left parenthesis",
            ")" => "right parenthesis \")\"",
            "{" => "\"{\"",
            "}" => "\"}\"",
            "[" => "\"[\"",
            "]" => "\"]\"",
            "," => "\",\"",
            ":" => "\":\"",
            "=" => "\"=\"",
            "@" => "<@>",
            _ => $"<op:{Text}>",
        },
    };
}

/// <summary>Cuts a query into tokens.</summary>
internal sealed class Lexer(string text)
{
    private static readonly string[] Signs = ["=~", "!~", "!=", "==", "<=", ">=", "(", ")", "{", "}", "[", "]", ",", ":", "=", "<", ">", "+", "-", "*", "/", "%", "^", "@"];
    private readonly List<Token> tokens = [];
    private int at;
    private int depth;
    private int brace = -1;

    /// <summary>Gives the tokens; the last one is the end.</summary>
    public IReadOnlyList<Token> Read()
    {
        while (true)
        {
            Skip();
            if (at >= text.Length)
            {
                Finish();
                return tokens;
            }

            Next(text[at]);
        }
    }

    private void Finish()
    {
        if (brace >= 0)
        {
            throw Error(at, "unexpected end of input inside braces");
        }

        if (depth > 0)
        {
            throw Error(at, "unclosed left parenthesis");
        }

        tokens.Add(new Token(TokenKind.End, string.Empty, at));
    }

    private void Skip()
    {
        while (at < text.Length && (char.IsWhiteSpace(text[at]) || text[at] == '#'))
        {
            if (text[at] == '#')
            {
                while (at < text.Length && text[at] != '\n')
                {
                    at++;
                }
            }
            else
            {
                at++;
            }
        }
    }

    private void Next(char c)
    {
        var begun = at;
        if (c is '"' or '\'' or '`')
        {
            tokens.Add(new Token(TokenKind.Text, Quoted(c), begun));
        }
        else if (char.IsAsciiDigit(c) || (c == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            Number();
        }
        else if (char.IsAsciiLetter(c) || c == '_' || (c == ':' && brace < 0 && !InBrackets()))
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_' || (text[at] == ':' && brace < 0)))
            {
                at++;
            }

            tokens.Add(new Token(TokenKind.Name, text[begun..at], begun));
        }
        else
        {
            Sign(c);
        }
    }

    private bool InBrackets() => tokens.FindLastIndex(t => t.Text == "[" && t.Kind == TokenKind.Sign) > tokens.FindLastIndex(t => t.Text == "]" && t.Kind == TokenKind.Sign);

    private void Sign(char c)
    {
        var sign = Array.Find(Signs, s => string.CompareOrdinal(text, at, s, 0, s.Length) == 0)
            ?? throw Error(at, brace >= 0 ? $"unexpected character inside braces: '{c}'" : c == '!' ? $"unexpected character after '!': '{(at + 1 < text.Length ? text[at + 1] : ' ')}'" : $"unexpected character: '{c}'");
        switch (sign)
        {
            case "(":
                depth++;
                break;
            case ")" when --depth < 0:
                throw Error(at, "unexpected right parenthesis ')'");
            case "{" when brace >= 0:
                throw Error(at, "unexpected left brace '{'");
            case "{":
                brace = at;
                break;
            case "}" when brace < 0:
                throw Error(at, "unexpected right brace '}'");
            case "}":
                brace = -1;
                break;
        }

        tokens.Add(new Token(TokenKind.Sign, sign, at));
        at += sign.Length;
    }

    private void Number()
    {
        var begun = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '.' or '_' || (text[at] is '+' or '-' && text[at - 1] is 'e' or 'E' && !text.AsSpan(begun, at - begun).StartsWith("0x", StringComparison.Ordinal))))
        {
            at++;
        }

        var word = text[begun..at];
        if (PromNumber.Parse(word) is not null)
        {
            tokens.Add(new Token(TokenKind.Number, word, begun));
        }
        else if (PromNumber.Duration(word) is not null)
        {
            tokens.Add(new Token(TokenKind.Duration, word, begun));
        }
        else
        {
            throw Error(begun, $"bad number or duration syntax: {LabelSet.Quote(word)}");
        }
    }

    private string Quoted(char quote)
    {
        var begun = at++;
        var value = new StringBuilder();
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (c == quote)
            {
                at++;
                return value.ToString();
            }

            if (c == '\n' && quote != '`')
            {
                break;
            }

            value.Append(c == '\\' && quote != '`' ? Escape(begun) : c.ToString());
        }

        throw Error(begun, quote == '`' ? "unterminated raw string" : "unterminated quoted string");
    }

    private string Escape(int begun)
    {
        at++;
        if (at >= text.Length)
        {
            throw Error(begun, "escape sequence not terminated");
        }

        return text[at] switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'a' => "\a",
            'b' => "\b",
            'f' => "\f",
            'v' => "\v",
            '\\' or '"' or '\'' => text[at].ToString(),
            'x' => Code(2),
            'u' => Code(4),
            _ => throw Error(at, $"unknown escape sequence U+{(int)text[at]:X4} '{text[at]}'"),
        };
    }

    private string Code(int digits)
    {
        if (at + digits >= text.Length || !int.TryParse(text.AsSpan(at + 1, digits), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture, out var code))
        {
            throw Error(at, "escape sequence not terminated");
        }

        at += digits;
        return ((char)code).ToString();
    }

    private PromException Error(int position, string message) => PromException.Parse(text, position, message);
}
