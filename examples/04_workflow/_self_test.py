"""
title:
  es: Ponte a prueba
  en: Test yourself
summary:
  es: Preguntas sobre entrenar y sobre cuánto creerle al número final. Cuenta tu primera respuesta; el
    puntaje se queda en este navegador.
  en: Questions on training and on how far to trust the number at the end. Your first answer counts; the
    score stays in this browser.
"""
# %% [markdown] lang="es" tags=["quiz"]
# ¿En qué orden van las llamadas de un paso de entrenamiento?
#
# - [x] Predecir, calcular la pérdida, `zero_grad()`, `backward()`, `step()`: el gradiente se borra antes de
#   calcular el nuevo y se usa después.
# - [ ] Predecir, `step()`, calcular la pérdida, `backward()`: se daría el paso con el gradiente anterior.
# - [ ] Predecir, calcular la pérdida, `backward()`, `zero_grad()`, `step()`: el optimizador encontraría los
#   gradientes borrados.
#
# Se contesta en [Una recta, de los tensores sueltos al modelo guardado](linear_regression.md).

# %% [markdown] lang="en" tags=["quiz"]
# In which order do the calls of a training step come?
#
# - [x] Predict, compute the loss, `zero_grad()`, `backward()`, `step()`: the gradient is cleared before the
#   new one is computed, and used after it.
# - [ ] Predict, `step()`, compute the loss, `backward()`: the step would be taken with the previous
#   gradient.
# - [ ] Predict, compute the loss, `backward()`, `zero_grad()`, `step()`: the optimiser would find the
#   gradients cleared.
#
# Answered in [A line, from bare tensors to a saved model](linear_regression.md).

# %% [markdown] lang="es" tags=["quiz"]
# La pérdida baja y luego oscila entre dos valores sin mejorar. ¿Qué la detiene?
#
# - [ ] Faltan épocas: con más épocas seguiría oscilando.
# - [ ] El modelo tiene sobreajuste: eso se vería al comparar con datos que no ha visto.
# - [x] El paso es demasiado grande para acercarse más: hay que disminuir la tasa de aprendizaje.
#
# Se contesta en [Una recta, de los tensores sueltos al modelo guardado](linear_regression.md).

# %% [markdown] lang="en" tags=["quiz"]
# The loss falls and then swings between two values without improving. What stops it?
#
# - [ ] Too few epochs: with more epochs it would go on swinging.
# - [ ] The model overfits: that would show when compared with data it has not seen.
# - [x] The step is too large to get closer: the learning rate has to come down.
#
# Answered in [A line, from bare tensors to a saved model](linear_regression.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Para qué sirve predecir dentro de `torch.inference_mode()`?
#
# - [ ] Para apagar *dropout* y fijar la normalización: eso lo hace `model.eval()`.
# - [x] Para no registrar operaciones y ahorrar memoria y tiempo: no habrá `backward()`, así que el registro
#   sobra.
# - [ ] Para obtener predicciones más exactas: las predicciones son las mismas.
#
# Se contesta en [Una recta, de los tensores sueltos al modelo guardado](linear_regression.md).

# %% [markdown] lang="en" tags=["quiz"]
# What is predicting inside `torch.inference_mode()` good for?
#
# - [ ] It switches dropout off and fixes normalisation: that is what `model.eval()` does.
# - [x] It records no operations and saves memory and time: there will be no `backward()`, so no record is
#   needed.
# - [ ] It gives more accurate predictions: it gives the same ones.
#
# Answered in [A line, from bare tensors to a saved model](linear_regression.md).

# %% [markdown] lang="es" tags=["quiz"]
# Promedias la exactitud de cada *batch* y el último es más corto. ¿Qué ocurre?
#
# - [ ] Nada, la media es la media: la media de medias solo coincide si todas cuentan lo mismo.
# - [ ] El resultado siempre sale más bajo: puede salir más alto, según qué haya en el último.
# - [x] Los ejemplos del último pesan más que los demás: el remedio es sumar aciertos y dividir una sola
#   vez.
#
# Se contesta en [Evaluación honesta](honest_evaluation.md).

# %% [markdown] lang="en" tags=["quiz"]
# You average the accuracy of each batch, and the last one is shorter. What happens?
#
# - [ ] Nothing, a mean is a mean: the mean of means agrees only if all count the same.
# - [ ] The result is always lower: it may be higher, depending on what the last one holds.
# - [x] The examples of the last one weigh more than the others: the cure is to add up right answers and
#   divide once.
#
# Answered in [Honest evaluation](honest_evaluation.md).

# %% [markdown] lang="es" tags=["quiz"]
# Entrenas con veinte semillas y evalúas siempre con los mismos 450 ejemplos. ¿Qué incertidumbre disminuye?
#
# - [x] La de la semilla: sabes mejor qué da la receta en promedio; la suerte de la muestra sigue igual.
# - [ ] La de la muestra: para eso hacen falta otros ejemplos.
# - [ ] Las dos: son azares distintos.
#
# Se contesta en [Evaluación honesta](honest_evaluation.md).

# %% [markdown] lang="en" tags=["quiz"]
# You train with twenty seeds and always evaluate on the same 450 examples. Which uncertainty shrinks?
#
# - [x] That of the seed: you know better what the recipe gives on average; the luck of the sample stays.
# - [ ] That of the sample: that takes other examples.
# - [ ] Both: they are different kinds of luck.
#
# Answered in [Honest evaluation](honest_evaluation.md).

# %% [markdown] lang="es" tags=["quiz"]
# Ocho modelos iguales se evalúan con los mismos datos y anuncias el mejor resultado. ¿Qué falla?
#
# - [ ] Nada, es el mejor: son iguales: su ventaja es suerte.
# - [x] Elegir al mejor infla su número: hay que medir al elegido con datos que no se usaron para elegir.
# - [ ] Deberían ser más de ocho: con más candidatos el número del mejor se infla más.
#
# Se contesta en [Evaluación honesta](honest_evaluation.md).

# %% [markdown] lang="en" tags=["quiz"]
# Eight equal models are evaluated on the same data and you announce the best result. What is wrong?
#
# - [ ] Nothing, it is the best: they are equal: its lead is luck.
# - [x] Choosing the best inflates its number: the chosen one has to be measured on data not used for
#   choosing.
# - [ ] There should be more than eight: with more candidates the best number is inflated more.
#
# Answered in [Honest evaluation](honest_evaluation.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Por qué se acompaña una exactitud con su n?
#
# - [x] Porque la misma proporción dice mucho con 1000 casos y poco con 10: el intervalo se estrecha con la
#   raíz de n.
# - [ ] Porque n es la cantidad de épocas: n es cuántos ejemplos se juzgaron.
# - [ ] Por costumbre: sin n no hay intervalo, y sin intervalo no hay comparación.
#
# Se contesta en [Evaluación honesta](honest_evaluation.md).

# %% [markdown] lang="en" tags=["quiz"]
# Why is an accuracy given with its n?
#
# - [x] Because the same share says much with 1000 cases and little with 10: the interval narrows with the
#   root of n.
# - [ ] Because n is the number of epochs: n is how many examples were judged.
# - [ ] Out of habit: without n there is no interval, and without an interval no comparison.
#
# Answered in [Honest evaluation](honest_evaluation.md).
