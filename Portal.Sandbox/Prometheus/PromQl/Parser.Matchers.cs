namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>Matchers of labels.</summary>
internal sealed partial class Parser
{
    private LabelMatcher Matcher(ref string metric)
    {
        var label = Now;
        if (label.Kind is not (TokenKind.Name or TokenKind.Text))
        {
            throw Unexpected(" in label matching", "identifier or \"}\"");
        }

        at++;
        if (label.Kind == TokenKind.Text && (Is(",") || Is("}")))
        {
            Once(label.Position, metric, label.Text);
            metric = label.Text;
            return new LabelMatcher(LabelSet.Metric, "=", label.Text);
        }

        var kind = Now;
        if (kind.Kind != TokenKind.Sign || kind.Text is not ("=" or "!=" or "=~" or "!~"))
        {
            throw Unexpected(" in label matching", "label matching operator");
        }

        at++;
        var value = MatchedValue(kind.Text);
        if (label.Text == LabelSet.Metric && kind.Text == "=")
        {
            Once(label.Position, metric, value.Text);
        }

        return new LabelMatcher(label.Text, kind.Text, value.Text);
    }

    private Token MatchedValue(string kind)
    {
        if (Now.Kind != TokenKind.Text)
        {
            throw Unexpected(" in label matching", "string");
        }

        var value = Now;
        at++;
        if (kind is "=~" or "!~" && !Regexes.IsValid(value.Text))
        {
            throw Error(value.Position, $"error parsing regexp: missing closing ): `^(?s:{value.Text})$`");
        }

        return value;
    }

    private void Once(int position, string metric, string again)
    {
        if (metric.Length > 0)
        {
            throw Error(position, $"metric name must not be set twice: {LabelSet.Quote(metric)} or {LabelSet.Quote(again)}");
        }
    }
}
