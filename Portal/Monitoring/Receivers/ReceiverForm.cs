using Portal.Core.Monitoring.Receivers;

namespace Portal.Monitoring.Receivers;

/// <summary>A receiver as it is typed.</summary>
public sealed class ReceiverForm
{
    /// <summary>Gets the clusters that it is for.</summary>
    public HashSet<string> Clusters { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the receiver that is changed, or null for a new one.</summary>
    public AlertReceiver? Before { get; private init; }

    /// <summary>Gets or sets the name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the way.</summary>
    public ReceiverKind Kind { get; set; } = ReceiverKind.Email;

    /// <summary>Gets the severities that are told.</summary>
    public HashSet<string> Severities { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets or sets whether the end of an alert is told too.</summary>
    public bool SendResolved { get; set; } = true;

    /// <summary>Gets or sets the addresses of an e-mail.</summary>
    public string To { get; set; } = "";

    /// <summary>Gets or sets the sender.</summary>
    public string From { get; set; } = "";

    /// <summary>Gets or sets the mail server.</summary>
    public string Smarthost { get; set; } = "";

    /// <summary>Gets or sets the user there.</summary>
    public string User { get; set; } = "";

    /// <summary>Gets or sets whether the mail server must speak TLS.</summary>
    public bool RequireTls { get; set; } = true;

    /// <summary>Gets or sets the address of a webhook or chat.</summary>
    public string Url { get; set; } = "";

    /// <summary>Gets or sets the channel.</summary>
    public string Channel { get; set; } = "";

    /// <summary>Gets or sets password or token.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Gets or sets whether the one that is there goes.</summary>
    public bool WithoutSecret { get; set; }

    /// <summary>Gets whether a password or token is there.</summary>
    public bool HasSecret => Before?.Kind == Kind && Before.HasSecret;

    /// <summary>Gets whether an address is there.</summary>
    public bool HasUrl => Before?.Kind == Kind && Before.Host.Length > 0;

    /// <summary>Gives the form of one that is there.</summary>
    public static ReceiverForm Of(string clusterId, AlertReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        var form = new ReceiverForm(receiver)
        {
            Name = receiver.Name,
            Kind = receiver.Kind,
            SendResolved = receiver.SendResolved,
            To = receiver.To,
            From = receiver.From,
            Smarthost = receiver.Smarthost,
            User = receiver.User,
            RequireTls = receiver.RequireTls,
            Channel = receiver.Channel,
        };
        form.Clusters.Add(clusterId);
        return form;
    }

    /// <summary>Makes the form of a new one.</summary>
    public ReceiverForm() => Severities.UnionWith(["critical", "warning"]);

    private ReceiverForm(AlertReceiver before)
    {
        Before = before;
        Severities.UnionWith(before.Severities);
    }

    /// <summary>Gives what is wanted.</summary>
    public ReceiverDraft ToDraft() => new()
    {
        Name = Name.Trim(),
        IsNew = Before is null,
        Kind = Kind,
        Severities = [.. AlertReceiver.AllSeverities.Where(Severities.Contains)],
        SendResolved = SendResolved,
        To = To.Trim(),
        From = From.Trim(),
        Smarthost = Smarthost.Trim(),
        User = User.Trim(),
        RequireTls = RequireTls,
        Url = Kind is ReceiverKind.Email ? "" : Url.Trim(),
        Channel = Channel.Trim(),
        Secret = Kind is ReceiverKind.Slack ? "" : Secret,
        WithoutSecret = WithoutSecret,
    };
}
