using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Streams;

/// <summary>What little a pod can run: echo, hostname, date, env, true, false, cat.</summary>
/// <param name="Output">Standard output, before what is copied from the input.</param>
/// <param name="Error">Standard error.</param>
/// <param name="ExitCode">Exit code.</param>
/// <param name="CopiesInput">Whether its input goes to its output.</param>
internal sealed record PodCommand(string Output, string Error, int ExitCode, bool CopiesInput = false)
{
    public static PodCommand Of(StoredObject pod, string[] command)
    {
        var words = command is ["sh" or "/bin/sh" or "bash" or "/bin/bash", "-c", var script] ? script.Split(' ') : command;
        return (words.Length == 0 ? string.Empty : words[0]) switch
        {
            "echo" => Says(string.Join(' ', words[1..]) + "\n"),
            "hostname" => Says(pod.Name + "\n"),
            "date" => Says(DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture) + "\n"),
            "env" => Says($"HOSTNAME={pod.Name}\nKUBERNETES_SERVICE_HOST=10.254.0.1\nKUBERNETES_SERVICE_PORT=443\n"),
            "cat" when words.Length == 1 => Says(string.Empty) with { CopiesInput = true },
            "true" => Says(string.Empty),
            "false" => new(string.Empty, string.Empty, 1),
            var other => new(string.Empty, $"sh: {other}: not found\n", 127),
        };
    }

    /// <summary>Gives the status that ends the stream of errors (protocol version 4).</summary>
    public byte[] Status()
    {
        var status = new JsonObject { ["metadata"] = new JsonObject(), ["status"] = "Success" };
        if (ExitCode != 0)
        {
            status["status"] = "Failure";
            status["message"] = $"command terminated with non-zero exit code: exit status {ExitCode}";
            status["reason"] = "NonZeroExitCode";
            status["details"] = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ExitCode", ["message"] = ExitCode.ToString(CultureInfo.InvariantCulture) }) };
        }

        return Api.Output.Bytes(status);
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static PodCommand Says(string output) => new(output, string.Empty, 0);
}
