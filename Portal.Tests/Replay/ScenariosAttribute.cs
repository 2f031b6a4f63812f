using System.Reflection;
using Xunit.Sdk;

namespace Portal.Tests.Replay;

/// <summary>Gives a theory the scenarios of one backend: those that must pass, or those that are listed as left.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ScenariosAttribute(string backend) : DataAttribute
{
    /// <summary>Gets or sets whether the ones that are known to fail are meant.</summary>
    public bool Left { get; set; }

    /// <inheritdoc />
    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        var left = Judge.Exclusions();
        var names = Judge.Scenarios.Select(Judge.NameOf).Where(n => n.StartsWith(backend + "/", StringComparison.Ordinal) && left.ContainsKey(n) == Left).ToList();

        // A theory without a case is an error to xunit; the empty name is skipped.
        return (names.Count > 0 ? names : [""]).Select(n => new object[] { n });
    }
}
