"""
title:
  es: Ponte a prueba
  en: Test yourself
summary:
  es: Preguntas sobre comparar redes en igualdad de condiciones. Cuenta tu primera respuesta; el puntaje se
    queda en este navegador.
  en: Questions on comparing networks on equal terms. Your first answer counts; the score stays in this
    browser.
"""
# %% [markdown] lang="es" tags=["quiz"]
# Una convolución `nn.Conv2d(1, 10, 3)` recibe imágenes de 28 × 28. ¿De qué depende cuántos parámetros
# tiene?
#
# - [x] De los canales y del tamaño del filtro: son 10 filtros de 1 × 3 × 3, cada uno con su sesgo.
# - [ ] Del tamaño de la imagen: los mismos pesos recorren todas las posiciones.
# - [ ] Del tamaño del *batch*: el *batch* no agrega parámetros.
#
# Se contesta en [Tres modelos, un conjunto de datos](three_models_one_dataset.md).

# %% [markdown] lang="en" tags=["quiz"]
# A convolution `nn.Conv2d(1, 10, 3)` receives images of 28 × 28. On what does its number of parameters
# depend?
#
# - [x] On the channels and the size of the filter: it is 10 filters of 1 × 3 × 3, each with its bias.
# - [ ] On the size of the image: the same weights visit every position.
# - [ ] On the batch size: the batch adds no parameters.
#
# Answered in [Three models, one data set](three_models_one_dataset.md).

# %% [markdown] lang="es" tags=["quiz"]
# Quieres comparar tres arquitecturas. ¿Qué les das?
#
# - [ ] Una semilla elegida, la que mejor se vea: elegir infla.
# - [ ] A cada una, tantas épocas como necesite para ganar: así decides el resultado de antemano.
# - [x] El mismo presupuesto, los mismos datos de prueba y varias semillas: si cambia más de una cosa, no
#   sabes a cuál se debe el resultado.
#
# Se contesta en [Tres modelos, un conjunto de datos](three_models_one_dataset.md).

# %% [markdown] lang="en" tags=["quiz"]
# You want to compare three architectures. What do you give them?
#
# - [ ] One chosen seed, the one that looks best: choosing inflates.
# - [ ] To each as many epochs as it needs to win: that decides the result beforehand.
# - [x] The same budget, the same test set and several seeds: if more than one thing changes, you do not
#   know which one made the result.
#
# Answered in [Three models, one data set](three_models_one_dataset.md).

# %% [markdown] lang="es" tags=["quiz"]
# Pones una ReLU después de la última capa de un clasificador. ¿Qué riesgo corres?
#
# - [ ] Ninguno, los logits son positivos: pueden tener cualquier signo.
# - [x] Una clase cuyo logit queda en cero para siempre: donde la ReLU está apagada no pasa gradiente que la
#   despierte.
# - [ ] Que las probabilidades no sumen uno: de eso se ocupa softmax.
#
# Se contesta en [Tres modelos, un conjunto de datos](three_models_one_dataset.md).

# %% [markdown] lang="en" tags=["quiz"]
# You put a ReLU after the last layer of a classifier. What do you risk?
#
# - [ ] None, logits are positive: they may have any sign.
# - [x] A class whose logit stays at zero for ever: where the ReLU is off, no gradient passes to wake it.
# - [ ] That probabilities do not sum to one: softmax takes care of that.
#
# Answered in [Three models, one data set](three_models_one_dataset.md).

# %% [markdown] lang="es" tags=["quiz"]
# Los intervalos de dos modelos se solapan. ¿Qué escribes?
#
# - [ ] Gana el de mayor exactitud: con otros ejemplos podría ganar el otro.
# - [ ] Que son idénticos: no poder distinguirlos no prueba que lo sean.
# - [x] Con estos datos no se distinguen: para decidir hace falta una prueba más larga o comparar caso por
#   caso.
#
# Se contesta en [Tres modelos, un conjunto de datos](three_models_one_dataset.md).

# %% [markdown] lang="en" tags=["quiz"]
# The intervals of two models overlap. What do you write?
#
# - [ ] The one with the higher accuracy wins: with other examples the other might.
# - [ ] That they are identical: not being able to tell them apart does not prove it.
# - [x] These data do not tell them apart: to decide takes a longer test or a comparison case by case.
#
# Answered in [Three models, one data set](three_models_one_dataset.md).

# %% [markdown] lang="es" tags=["quiz"]
# Dos modelos tienen la misma exactitud. ¿Por qué mirar sus errores uno por uno?
#
# - [x] Porque pueden fallar en casos muy distintos: uno confunde dos clases y el otro reparte sus fallos;
#   eso cambia para qué sirven.
# - [ ] Para corregir a mano las etiquetas: las etiquetas solo se tocan si están mal, no si el modelo falla.
# - [ ] Para quitar los difíciles de los datos de prueba: entonces la prueba dejaría de medir.
#
# Se contesta en [Tres modelos, un conjunto de datos](three_models_one_dataset.md).

# %% [markdown] lang="en" tags=["quiz"]
# Two models have the same accuracy. Why look at their errors one by one?
#
# - [x] Because they may fail on very different cases: one confuses two classes and the other spreads its
#   errors; that changes what they are good for.
# - [ ] To correct the labels by hand: labels are touched only where they are wrong, not where the model
#   errs.
# - [ ] To take the hard ones out of the test set: then the test would no longer measure.
#
# Answered in [Three models, one data set](three_models_one_dataset.md).
