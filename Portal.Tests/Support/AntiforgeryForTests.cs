using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Portal.Tests.Support;

/// <summary>Gives a test the token that a page's form would have; pages themselves get it over their circuit.</summary>
internal sealed class AntiforgeryForTests : IStartupFilter
{
    public const string Path = "/test/antiforgery";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (HttpContext context, RequestDelegate rest) =>
        {
            if (context.Request.Path != Path)
            {
                await rest(context);
                return;
            }

            context.User = (await context.AuthenticateAsync()).Principal ?? context.User;
            var tokens = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
            await context.Response.WriteAsync(tokens.RequestToken!);
        });
        next(app);
    };
}
