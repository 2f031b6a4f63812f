using Portal.Sandbox.Hosting;

// The sandbox alone: dotnet run --project Portal.Sandbox -- --world FILE --control URL
return await SandboxCommand.RunAsync(args);
