using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>A scanner that was made known to Harbor.</summary>
internal sealed class HarborScanner
{
    public string Uuid { get; set; } = "";

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public string Url { get; set; } = "";

    public string Auth { get; set; } = "";

    public string Credential { get; set; } = "";

    public bool SkipCertVerify { get; set; }

    public bool UseInternalAddress { get; set; }

    public bool IsDisabled { get; set; }

    public bool IsDefault { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>Scanners: made known, chosen as default, asked what they can do. All are the recorded test scanner, by whatever name and address.</summary>
internal static class ScannerEndpoints
{
    private static readonly HarborShape Shape = new("registration", new HarborField("name", "ScannerRegistrationReq", "string"), new HarborField("url", "ScannerRegistrationReq", "string"));

    private static readonly Dictionary<string, Func<HarborScanner, object?>> Fields = new(StringComparer.Ordinal)
    {
        ["name"] = s => s.Name,
        ["url"] = s => s.Url,
        ["uuid"] = s => s.Uuid,
        ["create_time"] = s => s.CreatedAt,
    };

    public static HarborRoute[] Routes { get; } =
    [
        new("GET", "/api/v2.0/scanners", List),
        new("POST", "/api/v2.0/scanners", Create, Shape),
        new("GET", "/api/v2.0/scanners/{}", call => HarborAnswer.Ok(Write(Find(call, "read")))),
        new("PUT", "/api/v2.0/scanners/{}", Update, Shape),
        new("PATCH", "/api/v2.0/scanners/{}", SetDefault, new("payload", new HarborField("is_default", "IsDefault", "bool"))),
        new("DELETE", "/api/v2.0/scanners/{}", Delete),
        new("GET", "/api/v2.0/scanners/{}/metadata", Metadata),
        new("GET", "/api/v2.0/projects/{}/scanner", OfProject),
    ];

    /// <summary>Gives the test scanner as an adapter says it at <c>/api/v1/metadata</c>, and Harbor after it.</summary>
    public static JsonObject Describe()
    {
        var produces = new JsonArray(HarborScans.ReportType);
        var consumes = new JsonArray("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json");
        return new JsonObject
        {
            ["capabilities"] = new JsonArray(new JsonObject { ["consumes_mime_types"] = consumes, ["produces_mime_types"] = produces }),
            ["properties"] = new JsonObject
            {
                ["harbor.scanner-adapter/scanner-type"] = "os-package-vulnerability",
                ["harbor.scanner-adapter/vulnerability-database-updated-at"] = "2024-05-01T00:00:00Z",
            },
            ["scanner"] = HarborScans.Scanner(),
        };
    }

    /// <summary>Makes a scanner known; the first one is the default.</summary>
    public static HarborScanner Add(HarborState state, JsonObject body, DateTimeOffset now)
    {
        var scanner = new HarborScanner { Uuid = Guid.NewGuid().ToString(), CreatedAt = now, UpdatedAt = now, IsDefault = state.ScannerRegistrations.Count == 0 };
        Take(scanner, body);
        state.ScannerRegistrations.Add(scanner);
        return scanner;
    }

    private static void Take(HarborScanner scanner, JsonObject body)
    {
        (scanner.Name, scanner.Url, scanner.Description) = (body.Text("name"), body.Text("url"), body.Text("description"));
        (scanner.Auth, scanner.Credential) = (body.Text("auth"), body.Text("access_credential"));
        (scanner.SkipCertVerify, scanner.UseInternalAddress, scanner.IsDisabled) = (body.Flag("skip_certVerify"), body.Flag("use_internal_addr"), body.Flag("disabled"));
    }

    private static HarborScanner Find(HarborCall call, string action)
    {
        call.Access.RequireSystem("scanner", action);
        return call.State.ScannerRegistrations.Find(s => s.Uuid == call.Values[0]) ?? throw HarborException.NotFound($"scanner {call.Values[0]} not found");
    }

    private static HarborAnswer List(HarborCall call)
    {
        var query = new HarborQuery(call);
        call.Access.RequireSystem("scanner", "list");
        return query.Answer(call.State.ScannerRegistrations, Fields, s => Write(s), "-create_time");
    }

    private static HarborAnswer Create(HarborCall call)
    {
        call.Access.RequireSystem("scanner", "create");
        Check(call, null);
        return HarborAnswer.Created("/api/v2.0/scanners/" + Add(call.State, call.Body!, call.Now).Uuid);
    }

    private static void Check(HarborCall call, HarborScanner? own)
    {
        var (name, url) = (call.Body.Text("name"), call.Body.Text("url"));
        if (name.Length == 0 || !Uri.TryCreate(url, UriKind.Absolute, out _))
        {
            throw HarborException.Unprocessable(name.Length == 0 ? "name in body is required" : $"url in body must be of type uri: \"{url}\"");
        }

        if (call.State.ScannerRegistrations.Exists(s => s != own && (s.Name == name || s.Url == url)))
        {
            throw HarborException.Conflict($"registration name {name} or url {url} already exists");
        }
    }

    private static HarborAnswer Update(HarborCall call)
    {
        var scanner = Find(call, "update");
        Check(call, scanner);
        Take(scanner, call.Body!);
        scanner.UpdatedAt = call.Now;
        return HarborAnswer.Ok();
    }

    private static HarborAnswer SetDefault(HarborCall call)
    {
        var scanner = Find(call, "update");
        if (call.Body.Flag("is_default"))
        {
            call.State.ScannerRegistrations.ForEach(s => s.IsDefault = s == scanner);
        }

        return HarborAnswer.Ok();
    }

    /// <summary>Answers with what is gone.</summary>
    private static HarborAnswer Delete(HarborCall call)
    {
        var scanner = Find(call, "delete");
        call.State.ScannerRegistrations.Remove(scanner);
        return HarborAnswer.Ok(Write(scanner));
    }

    private static HarborAnswer Metadata(HarborCall call)
    {
        Find(call, "read");
        return HarborAnswer.Ok(Describe());
    }

    /// <summary>A project has the default scanner; without one there is nothing to say.</summary>
    private static HarborAnswer OfProject(HarborCall call)
    {
        call.Access.RequireProject(call.Values[0], "scanner", "read");
        if (call.State.DefaultScanner() is not { } scanner)
        {
            return HarborAnswer.Ok();
        }

        var wire = Write(scanner);
        (wire["adapter"], wire["health"], wire["vendor"], wire["version"]) = ("LabScan", "healthy", "Example", "1.0.0");
        return HarborAnswer.Ok(wire);
    }

    private static JsonObject Write(HarborScanner scanner) => new()
    {
        ["access_credential"] = scanner.Credential,
        ["auth"] = scanner.Auth,
        ["create_time"] = HarborAnswer.Time(scanner.CreatedAt),
        ["description"] = scanner.Description,
        ["disabled"] = scanner.IsDisabled,
        ["is_default"] = scanner.IsDefault,
        ["name"] = scanner.Name,
        ["skip_certVerify"] = scanner.SkipCertVerify,
        ["update_time"] = HarborAnswer.Time(scanner.UpdatedAt),
        ["url"] = scanner.Url,
        ["use_internal_addr"] = scanner.UseInternalAddress,
        ["uuid"] = scanner.Uuid,
    };
}
