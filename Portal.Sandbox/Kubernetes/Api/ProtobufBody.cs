using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>
/// Objects as newer typed clients send them: <c>k8s\0</c>, an envelope, the object as a protobuf message. Only small kinds that people make by
/// commands are known; others are refused as the real server refuses a format that it does not have for a kind.
/// </summary>
internal static class ProtobufBody
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    // Per message: number, name and type of its fields. s text, i number, b flag, y bytes, a * after it a list, m a map of texts, n a map of bytes, else a message.
    private static readonly FrozenDictionary<string, FrozenDictionary<int, (string Name, string Type)>> Messages = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["SelfSubjectAccessReview"] = "1:metadata:ObjectMeta 2:spec:AccessSpec",
        ["SubjectAccessReview"] = "1:metadata:ObjectMeta 2:spec:AccessSpec",
        ["LocalSubjectAccessReview"] = "1:metadata:ObjectMeta 2:spec:AccessSpec",
        ["AccessSpec"] = "1:resourceAttributes:ResourceAttributes 2:nonResourceAttributes:NonResourceAttributes 3:user:s 4:groups:s*",
        ["ResourceAttributes"] = "1:namespace:s 2:verb:s 3:group:s 4:version:s 5:resource:s 6:subresource:s 7:name:s",
        ["NonResourceAttributes"] = "1:path:s 2:verb:s",
        ["SelfSubjectRulesReview"] = "1:metadata:ObjectMeta 2:spec:RulesSpec",
        ["RulesSpec"] = "1:namespace:s",
        ["TokenRequest"] = "1:metadata:ObjectMeta 2:spec:TokenSpec",
        ["TokenSpec"] = "1:audiences:s* 3:boundObjectRef:BoundObject 4:expirationSeconds:i",
        ["BoundObject"] = "1:kind:s 2:apiVersion:s 3:name:s 4:uid:s",
        ["Namespace"] = "1:metadata:ObjectMeta",
        ["ServiceAccount"] = "1:metadata:ObjectMeta",
        ["ConfigMap"] = "1:metadata:ObjectMeta 2:data:m 3:binaryData:n 4:immutable:b",
        ["Secret"] = "1:metadata:ObjectMeta 2:data:n 3:type:s 4:stringData:m 5:immutable:b",
        ["Eviction"] = "1:metadata:ObjectMeta 2:deleteOptions:DeleteOptions",
        ["DeleteOptions"] = "1:gracePeriodSeconds:i 3:orphanDependents:b 4:propagationPolicy:s 5:dryRun:s*",
        ["ObjectMeta"] = "1:name:s 2:generateName:s 3:namespace:s 11:labels:m 12:annotations:m 14:finalizers:s*",
    }.ToFrozenDictionary(m => m.Key, m => m.Value.Split(' ').Select(f => f.Split(':')).ToFrozenDictionary(f => int.Parse(f[0], System.Globalization.CultureInfo.InvariantCulture), f => (f[1], f[2])));

    /// <exception cref="KubeException">415: the kind is not known in this format; 400: it is broken.</exception>
    public static JsonObject Read(byte[] body, string kind)
    {
        if (!Messages.ContainsKey(kind))
        {
            throw new KubeException(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml", []);
        }

        try
        {
            if (body.Length < 4 || !body.AsSpan(0, 4).SequenceEqual("k8s\0"u8))
            {
                throw new FormatException("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
            }

            byte[] raw = [];
            Each(body.AsSpan(4), (number, _, bytes) => raw = number == 2 ? bytes : raw);
            return Message(raw, kind);
        }
        catch (FormatException e)
        {
            throw KubeException.BadRequest(e.Message);
        }
    }

    private static JsonObject Message(ReadOnlySpan<byte> bytes, string name)
    {
        var json = new JsonObject();
        Each(bytes, (number, value, content) =>
        {
            if (Messages[name].TryGetValue(number, out var field))
            {
                Put(json, field.Name, field.Type, value, content);
            }
        });
        return json;
    }

    private static void Put(JsonObject json, string name, string type, long value, byte[] content)
    {
        switch (type)
        {
            case "s" when content.Length > 0:
                json[name] = Encoding.UTF8.GetString(content);
                break;
            case "s":
                break;
            case "i":
                json[name] = value;
                break;
            case "b":
                json[name] = value != 0;
                break;
            case "s*":
                (json[name] ??= new JsonArray()).AsArray().Add((JsonNode)Encoding.UTF8.GetString(content));
                break;
            case "m" or "n":
                var (key, entry) = Entry(content);
                (json[name] ??= new JsonObject())[key] = type == "m" ? Encoding.UTF8.GetString(entry) : Convert.ToBase64String(entry);
                break;
            default:
                json[name] = Message(content, type);
                break;
        }
    }

    private static (string Key, byte[] Value) Entry(byte[] content)
    {
        var (key, value) = (string.Empty, (byte[])[]);
        Each(content, (number, _, bytes) => (key, value) = number == 1 ? (Encoding.UTF8.GetString(bytes), value) : (key, bytes));
        return (key, value);
    }

    private static void Each(ReadOnlySpan<byte> bytes, Action<int, long, byte[]> field)
    {
        while (bytes.Length > 0)
        {
            var tag = Varint(ref bytes);
            var (value, content) = (0L, (byte[])[]);
            switch (tag & 7)
            {
                case 0:
                    value = Varint(ref bytes);
                    break;
                case 1:
                    value = BinaryPrimitives.ReadInt64LittleEndian(Take(ref bytes, 8));
                    break;
                case 5:
                    value = BinaryPrimitives.ReadInt32LittleEndian(Take(ref bytes, 4));
                    break;
                case 2:
                    content = Take(ref bytes, Varint(ref bytes)).ToArray();
                    break;
                default:
                    throw new FormatException("proto: illegal wireType");
            }

            field((int)(tag >> 3), value, content);
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, long count)
    {
        if (count < 0 || count > bytes.Length)
        {
            throw new FormatException("unexpected EOF");
        }

        var taken = bytes[..(int)count];
        bytes = bytes[(int)count..];
        return taken;
    }

    private static long Varint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0L;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(ref bytes, 1)[0];
            value |= (long)(next & 0x7f) << shift;
            if ((next & 0x80) == 0)
            {
                return value;
            }
        }

        throw new FormatException("proto: integer overflow");
    }
}
