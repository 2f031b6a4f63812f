using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Core.Logs.Kibana;

/// <summary>Writes the notation in which Kibana and OpenSearch Dashboards keep their state in addresses, as their own encoder (rison-node) does.</summary>
public static class Rison
{
    /// <summary>Encodes a value; keys of objects come in the order of their UTF-16 code units.</summary>
    public static string Encode(JsonNode? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    /// <summary>Encodes a value for a place in an address, percent-encoded as Kibana does it.</summary>
    public static string EncodeForUrl(JsonNode? value) => Uri.EscapeDataString(Encode(value))
        .Replace("%21", "!", StringComparison.Ordinal).Replace("%2A", "*", StringComparison.Ordinal).Replace("%27", "'", StringComparison.Ordinal)
        .Replace("%28", "(", StringComparison.Ordinal).Replace("%29", ")", StringComparison.Ordinal).Replace("%40", "@", StringComparison.Ordinal)
        .Replace("%3A", ":", StringComparison.Ordinal).Replace("%24", "$", StringComparison.Ordinal).Replace("%2C", ",", StringComparison.Ordinal)
        .Replace("%3B", ";", StringComparison.Ordinal);

    private static void Write(StringBuilder to, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject o:
                WriteObject(to, o);
                break;
            case JsonArray a:
                to.Append("!(");
                foreach (var (number, item) in a.Index())
                {
                    to.Append(number > 0 ? "," : "");
                    Write(to, item);
                }

                to.Append(')');
                break;
            case null:
                to.Append("!n");
                break;
            default:
                WriteValue(to, JsonSerializer.SerializeToElement(value));
                break;
        }
    }

    private static void WriteObject(StringBuilder to, JsonObject o)
    {
        to.Append('(');
        var first = true;
        foreach (var (key, value) in o.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            to.Append(first ? "" : ",");
            first = false;
            WriteKey(to, key);
            to.Append(':');
            Write(to, value);
        }

        to.Append(')');
    }

    private static void WriteValue(StringBuilder to, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True:
                to.Append("!t");
                break;
            case JsonValueKind.False:
                to.Append("!f");
                break;
            case JsonValueKind.Number:
                to.Append(Number(value.GetRawText()));
                break;
            case JsonValueKind.String:
                WriteString(to, value.GetString()!);
                break;
            default:
                to.Append("!n");
                break;
        }
    }

    // A key that is a number in JavaScript's eyes stays bare.
    private static void WriteKey(StringBuilder to, string key)
    {
        if (double.TryParse(key, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && Number(key) == key)
        {
            to.Append(key);
        }
        else
        {
            WriteString(to, key);
        }
    }

    private static void WriteString(StringBuilder to, string text)
    {
        if (text.Length > 0 && text[0] is not ('-' or (>= '0' and <= '9')) && !text.Any(c => c is ' ' or '\'' or '!' or ':' or '(' or ')' or ',' or '*' or '@' or '$'))
        {
            to.Append(text);
            return;
        }

        to.Append('\'').Append(text.Replace("!", "!!", StringComparison.Ordinal).Replace("'", "!'", StringComparison.Ordinal)).Append('\'');
    }

    /// <summary>Writes a number as JavaScript does, without the plus of an exponent.</summary>
    private static string Number(string json)
    {
        if (json is "-0")
        {
            return "0";
        }

        if (json.AsSpan().IndexOfAny('.', 'e', 'E') < 0 && json.TrimStart('-').Length <= 21)
        {
            return json;
        }

        var number = double.Parse(json, CultureInfo.InvariantCulture);
        var size = Math.Abs(number);
        if (size is >= 1e-6 and < 1e21)
        {
            return number == Math.Floor(number) ? new BigInteger(number).ToString(CultureInfo.InvariantCulture) : number.ToString("0.######################", CultureInfo.InvariantCulture);
        }

        if (size == 0)
        {
            return "0";
        }

        var parts = number.ToString("R", CultureInfo.InvariantCulture).Split('E');
        return parts.Length == 1 ? parts[0] : $"{parts[0]}e{int.Parse(parts[1], CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)}";
    }
}
